/** Signals: how they are handed on, and what one that fired means. Isomorphic. */
import { OsaError } from './errors.ts'

/** The option `signal`, absent where there is none. */
export const withSignal = (signal: AbortSignal | undefined): { signal?: AbortSignal } => (signal ? { signal } : {})

/** A caller's deadline (`AbortSignal.timeout`) is a timeout, any other reason is a cancellation; the reason is the `cause`. */
export function cancelled({ reason }: AbortSignal, server?: string): OsaError {
  const about = { cause: reason, ...(server === undefined ? {} : { server }) }
  return reason instanceof Error && reason.name === 'TimeoutError'
    ? new OsaError('timeout', 'It took longer than its caller allows', { ...about, retryable: true })
    : new OsaError('aborted', 'Cancelled', about)
}
