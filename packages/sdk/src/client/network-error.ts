/** A request that got no answer, as far as every runtime can tell: a browser says no more than that it failed. */
import { type ErrorCode, OsaError } from '../errors.ts'

/** What is known of a request that got no answer. */
export interface Failure {
  readonly error: unknown
  readonly server: string
  readonly timeoutMs: number
  readonly timedOut: boolean
  /** How more time is given, for the hint of a timeout. */
  readonly moreTime: string
}

/** The error for one. It may be tried again, except where a certificate is wrong. */
export const noAnswer = (
  code: ErrorCode,
  message: string,
  { error, server }: Failure,
  more: { hint?: string; details?: string[] } = {},
): OsaError => new OsaError(code, message, { ...more, server, retryable: code !== 'tls', cause: error })

/** `timeout`. */
export const timeout = (failure: Failure): OsaError =>
  noAnswer('timeout', `${failure.server} did not answer within ${failure.timeoutMs / 1000} s`, failure, {
    hint: `Check your network or VPN; for a slow link use ${failure.moreTime}`,
  })

/** `connection_failed`, with the system's word for it where there is one. */
export const connectionFailed = (failure: Failure, reason?: string): OsaError =>
  noAnswer('connection_failed', `Can't connect to ${failure.server}${reason ? ` (${reason})` : ''}`, failure, {
    hint: 'Check your network or VPN',
  })

/** What a request came to that got no answer, where nothing more can be known. */
export const networkError = (failure: Failure): OsaError =>
  failure.timedOut ? timeout(failure) : connectionFailed(failure)
