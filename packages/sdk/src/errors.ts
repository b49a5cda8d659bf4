/** The one error class of SDK and CLI, and the closed set of codes it carries. Exit codes are the CLI's business. */

/** Every way a call can fail, the same strings as `error.code` in `osa … --json`. */
export const errorCodes = [
  'internal',
  'aborted',
  'usage',
  'invalid_server_url',
  'insecure_http',
  'needs_person',
  'token_malformed',
  'token_wrong_server',
  'no_server',
  'link_exists',
  'not_authenticated',
  'session_ended',
  'token_rejected',
  'forbidden',
  'not_found',
  'login_denied',
  'login_expired',
  'login_lost',
  'same_computer_required',
  'dns',
  'connection_refused',
  'connection_failed',
  'timeout',
  'tls',
  'proxy',
  'not_an_osa_server',
  'html_response',
  'server_error',
  'rate_limited',
  'untrusted_verification_url',
  'malformed_credentials',
  'malformed_config',
  'store_unavailable',
  'store_locked',
  'store_unwritable',
  'lock_timeout',
  'deploy_rejected',
  'build_failed',
] as const
/** One of `errorCodes`. */
export type ErrorCode = (typeof errorCodes)[number]

/** What is known about a failure beside its code and message. */
export interface OsaErrorOptions {
  /** What the person can do about it, one sentence. */
  hint?: string | undefined
  /** Further lines between the message and the hint. */
  details?: readonly string[]
  status?: number
  server?: string
  requestId?: string
  /** The server's own word for why it refused a token: `token_expired`. */
  reason?: string
  retryAfterMs?: number
  /** True when the same call may succeed later, unchanged. */
  retryable?: boolean
  /** Where the server's redirect leads, which is not followed. */
  location?: string
  /** The local file it is about. */
  path?: string
  /** What is missing or wrong in a file or an input, each with its place there. */
  issues?: readonly { path: string; message: string }[]
  cause?: unknown
}

/** What tells an OsaError, whichever class and copy of this package it comes from. */
export const brand: unique symbol = Symbol.for('osa.error')

/**
 * What SDK and CLI throw. `message` says what failed and why; it never holds a secret. `instanceof OsaError` is true for every error with
 * the brand: one that a client's call throws, which is also tRPC's (`OsaCallError`), and one of another copy of this package. Not for
 * extending: any OsaError would count as an instance of what extends it.
 */
export class OsaError extends Error {
  /** True for whatever has the brand. */
  static override [Symbol.hasInstance](value: unknown): value is OsaError {
    return isOsaError(value)
  }

  override readonly name = 'OsaError'
  readonly code: ErrorCode
  readonly hint: string | undefined
  readonly details: readonly string[]
  readonly status: number | undefined
  readonly server: string | undefined
  readonly requestId: string | undefined
  readonly reason: string | undefined
  readonly retryAfterMs: number | undefined
  readonly retryable: boolean
  readonly location: string | undefined
  readonly path: string | undefined
  readonly issues: readonly { path: string; message: string }[] | undefined
  readonly [brand] = true

  constructor(code: ErrorCode, message: string, options: OsaErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.hint = options.hint
    this.details = options.details ?? []
    this.status = options.status
    this.server = options.server
    this.requestId = options.requestId
    this.reason = options.reason
    this.retryAfterMs = options.retryAfterMs
    this.retryable = options.retryable ?? false
    this.location = options.location
    this.path = options.path
    this.issues = options.issues
  }
}

/** How to fix a missing or ended login: with the address, since only in a linked folder `osa login` alone leads there. */
export const signInHint = (server: string): string => `Run osa login ${server}`

/** Tells an `OsaError` (of the given codes, if any are given), also one thrown by another copy of this package. */
export const isOsaError = (error: unknown, ...codes: ErrorCode[]): error is OsaError =>
  typeof error === 'object' &&
  error !== null &&
  brand in error &&
  (codes.length === 0 || codes.includes((error as OsaError).code))
