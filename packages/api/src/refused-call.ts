/** Why a call was refused, on its way to the client: it becomes a part of the error's `data`. */
import type { BearerErrorCode, DeployRefusal } from '@osa/contract'
import type { Refusal } from '@osa/core'

/** The code of a refusal by `authenticate`. */
export const bearerErrorCode = ({ reason }: Refusal): BearerErrorCode =>
  reason === 'missing' ? 'missing_token' : reason === 'expired' ? 'token_expired' : 'invalid_token'

/** The cause of an `UNAUTHORIZED`: `data.token_error`. */
export class RefusedToken extends Error {
  override readonly name = 'RefusedToken'
  readonly code: BearerErrorCode
  constructor(refusal: Refusal) {
    super(refusal.error_description)
    this.code = bearerErrorCode(refusal)
  }
}

/** The cause of a `FORBIDDEN` or `TOO_MANY_REQUESTS` of `conventions.deploy`: `data.refusal`. */
export class RefusedDeploy extends Error {
  override readonly name = 'RefusedDeploy'
  readonly refusal: DeployRefusal
  constructor(refusal: DeployRefusal) {
    super(refusal.error_description)
    this.refusal = refusal
  }
}
