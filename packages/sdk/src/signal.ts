/** Helpers for abort signals. Isomorphic. */
import { OsaError } from './errors.ts'

/** Returns the option `signal`, or no option if there is no signal. */
export const withSignal = (signal: AbortSignal | undefined): { signal?: AbortSignal } => (signal ? { signal } : {})

/** Returns the error for a signal that fired: `timeout` for `AbortSignal.timeout`, `aborted` for any other. Its `cause` is the signal's reason. */
export function cancelled({ reason }: AbortSignal, server?: string): OsaError {
  const about = { cause: reason, ...(server === undefined ? {} : { server }) }
  return reason instanceof Error && reason.name === 'TimeoutError'
    ? new OsaError('timeout', 'The call took longer than its deadline', { ...about, retryable: true })
    : new OsaError('aborted', 'Cancelled', about)
}
