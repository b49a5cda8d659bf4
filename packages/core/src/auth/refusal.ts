/** A refusal is a value: an error document (RFC 6749 §5.2), and beside it what only the node itself may know. */
import type { OAuthError, OAuthErrorCode } from '@osa/contract'

export interface Refusal extends OAuthError {
  /** For the log and the audit, never for the wire. */
  readonly detail?: string
  /** When to come back, where waiting helps; becomes `Retry-After`. */
  readonly retryAfterSeconds?: number
  /** Tells kinds of `invalid_grant` and `invalid_token` apart for the v1 wire, which names them. */
  readonly reason?: 'unknown' | 'revoked' | 'expired' | 'missing'
}

/** Makes a refusal. `description` is public: a full sentence, ASCII without quotes or backslash (RFC 6749 §5.2), and never a secret. */
export const refuse = (
  error: OAuthErrorCode,
  description: string,
  extra: Omit<Refusal, 'error' | 'error_description'> = {},
): Refusal => ({ error, error_description: description, ...extra })

/** Tells a refusal from whatever else an operation may answer: only refusals carry `error`. */
export const isRefusal = (value: unknown): value is Refusal =>
  typeof value === 'object' && value !== null && 'error' in value

/** What goes on the wire of a refusal. */
export const errorDocument = ({ error, error_description, interval }: Refusal): OAuthError => ({
  error,
  error_description,
  ...(interval === undefined ? {} : { interval }),
})
