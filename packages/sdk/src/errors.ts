/** The only error class of the SDK and the CLI, and the closed set of its codes. The CLI maps them to exit codes. */

/** The codes of all errors, the same strings as `error.code` in the output of `osa … --json`. */
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
/** The code of an error: one of `errorCodes`. */
export type ErrorCode = (typeof errorCodes)[number]

/** What is known about a failure in addition to its code and message. */
export interface OsaErrorOptions {
  /** What the person can do about it, one sentence. */
  hint?: string | undefined
  /** More lines to show between the message and the hint. */
  details?: readonly string[]
  /** The HTTP status of the answer. */
  status?: number
  /** The server's canonical address. */
  server?: string
  /** The `x-request-id` of the answer, which also appears in the node's log. */
  requestId?: string
  /** The server's code for why it refused a token, such as `token_expired`. */
  reason?: string
  /** The pause that the server asked for (`Retry-After`), in milliseconds. */
  retryAfterMs?: number
  /** True if the same call, unchanged, may succeed later. */
  retryable?: boolean
  /** The target of the server's redirect, which was not followed. */
  location?: string
  /** The path of the local file that the error is about. */
  path?: string
  /** What is missing or wrong in a file or an input, with the path of each problem in it. */
  issues?: readonly { path: string; message: string }[]
  cause?: unknown
}

/** Marks an OsaError, regardless of its class and of the copy of this package that it comes from. */
export const brand: unique symbol = Symbol.for('osa.error')

/**
 * The error that the SDK and the CLI throw. `message` says what failed and why, and never contains a secret.
 *
 * `instanceof OsaError` is true for every error with the brand, including `OsaCallError` (which a client's calls reject with) and errors
 * from another copy of this package. Do not extend this class: every OsaError would count as an instance of the subclass.
 */
export class OsaError extends Error {
  /** True for every value that has the brand. */
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

/** Returns the hint for a missing or ended login. It names the server, because `osa login` without an address works only in a linked folder. */
export const signInHint = (server: string): string => `Run osa login ${server}`

/** Whether a value is an `OsaError`, with one of the given codes if any are given. Also recognizes errors from another copy of this package. */
export const isOsaError = (error: unknown, ...codes: ErrorCode[]): error is OsaError =>
  typeof error === 'object' &&
  error !== null &&
  brand in error &&
  (codes.length === 0 || codes.includes((error as OsaError).code))
