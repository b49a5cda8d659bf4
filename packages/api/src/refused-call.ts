/** Causes of thrown errors. `trpc.ts` copies the reason from them into the error's `data` for the client. */
import type { BearerErrorCode, DeployRefusal } from '@osa/contract'
import type { Refusal } from '@osa/core'

/** Returns the code for a refusal by `authenticate`. */
export const bearerErrorCode = ({ reason }: Refusal): BearerErrorCode =>
  reason === 'missing' ? 'missing_token' : reason === 'expired' ? 'token_expired' : 'invalid_token'

/** The cause of an `UNAUTHORIZED` error: its code becomes `data.token_error`. */
export class RefusedToken extends Error {
  override readonly name = 'RefusedToken'
  readonly code: BearerErrorCode
  constructor(refusal: Refusal) {
    super(refusal.error_description)
    this.code = bearerErrorCode(refusal)
  }
}

/** The cause of a `FORBIDDEN` or `TOO_MANY_REQUESTS` error of `conventions.deploy`: its refusal becomes `data.refusal`. */
export class RefusedDeploy extends Error {
  override readonly name = 'RefusedDeploy'
  readonly refusal: DeployRefusal
  constructor(refusal: DeployRefusal) {
    super(refusal.error_description)
    this.refusal = refusal
  }
}
