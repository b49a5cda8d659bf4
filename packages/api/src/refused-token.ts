/** Why an access token was refused, on its way to the client: it becomes `data.token_error` of an `UNAUTHORIZED`. */
import type { BearerErrorCode } from '@osa/contract'
import type { Refusal } from '@osa/core'

/** The code of a refusal by `authenticate`. */
export const bearerErrorCode = ({ reason }: Refusal): BearerErrorCode =>
  reason === 'missing' ? 'missing_token' : reason === 'expired' ? 'token_expired' : 'invalid_token'

/** The cause of an `UNAUTHORIZED`. */
export class RefusedToken extends Error {
  override readonly name = 'RefusedToken'
  readonly code: BearerErrorCode
  constructor(refusal: Refusal) {
    super(refusal.error_description)
    this.code = bearerErrorCode(refusal)
  }
}
