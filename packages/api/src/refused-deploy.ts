/** Why a deploy was refused, on its way to the client: it becomes `data.refusal` of the error. */
import type { DeployRefusal } from '@osa/contract'

/** The cause of a `FORBIDDEN` or `TOO_MANY_REQUESTS` of `conventions.deploy`. */
export class RefusedDeploy extends Error {
  override readonly name = 'RefusedDeploy'
  readonly refusal: DeployRefusal
  constructor(refusal: DeployRefusal) {
    super(refusal.error_description)
    this.refusal = refusal
  }
}
