/** A refusal is a value: an error document (RFC 6749 §5.2), with details that only the node itself may see. */
import type { OAuthError, OAuthErrorCode } from '@osa/contract'

export interface Refusal extends OAuthError {
  /** For the log and the audit, never for the wire. */
  readonly detail?: string
  /** When to retry, if waiting helps. Becomes `Retry-After`. */
  readonly retryAfterSeconds?: number
  /** The kind of `invalid_grant` or `invalid_token`. */
  readonly reason?: 'unknown' | 'revoked' | 'expired' | 'missing'
}

/** Returns a refusal. `description` is public: a full sentence in ASCII without quotes or backslash (RFC 6749 §5.2), never a secret. */
export const refuse = (
  error: OAuthErrorCode,
  description: string,
  extra: Omit<Refusal, 'error' | 'error_description'> = {},
): Refusal => ({ error, error_description: description, ...extra })

/** Whether a value is a refusal: only refusals have the key `error`. */
export const isRefusal = (value: unknown): value is Refusal =>
  typeof value === 'object' && value !== null && 'error' in value

/** Returns the public part of a refusal, as it is sent. */
export const errorDocument = ({ error, error_description, interval }: Refusal): OAuthError => ({
  error,
  error_description,
  ...(interval === undefined ? {} : { interval }),
})
