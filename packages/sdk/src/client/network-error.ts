/** Errors for requests that got no answer, with the details that every runtime has. A browser only says that the request failed. */
import { type ErrorCode, OsaError } from '../errors.ts'

/** What is known about a request that got no answer. */
export interface Failure {
  readonly error: unknown
  readonly server: string
  readonly timeoutMs: number
  readonly timedOut: boolean
  /** How the user gives requests more time, for the hint of a timeout. */
  readonly moreTime: string
}

/** Creates the error for such a request. It is retryable unless the certificate is wrong (`tls`). */
export const noAnswer = (
  code: ErrorCode,
  message: string,
  { error, server }: Failure,
  more: { hint?: string; details?: string[] } = {},
): OsaError => new OsaError(code, message, { ...more, server, retryable: code !== 'tls', cause: error })

/** Creates the error `timeout`. */
export const timeout = (failure: Failure): OsaError =>
  noAnswer('timeout', `${failure.server} did not answer within ${failure.timeoutMs / 1000} s`, failure, {
    hint: `Check your network or VPN; for a slow link use ${failure.moreTime}`,
  })

/** Creates the error `connection_failed`, with the system's error code if there is one. */
export const connectionFailed = (failure: Failure, reason?: string): OsaError =>
  noAnswer('connection_failed', `Can't connect to ${failure.server}${reason ? ` (${reason})` : ''}`, failure, {
    hint: 'Check your network or VPN',
  })

/** Creates the error for a request that got no answer, on runtimes that give no reason: `timeout` or `connection_failed`. */
export const networkError = (failure: Failure): OsaError =>
  failure.timedOut ? timeout(failure) : connectionFailed(failure)
