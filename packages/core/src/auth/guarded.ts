/**
 * Optimistic writes of hot rows, without a transaction that stays open: read, decide, write if the row is still as it was read. When
 * another request has changed the row meanwhile, all three steps are repeated, a few times.
 */
import { type Refusal, refuse } from './refusal.ts'

/** The outcome of a write that changed nothing, because the row was no longer as it was read. */
export const stale = Symbol('stale')

/**
 * Calls `attempt` until its outcome is not `stale`, at most `times` times. Then refuses with `temporarily_unavailable`, without a time to
 * wait (503): too many requests use the same code or token at once.
 */
export async function retryWhileStale<T>(
  times: number,
  attempt: () => Promise<T | typeof stale>,
): Promise<T | Refusal> {
  for (let time = 0; time < times; time++) {
    const outcome = await attempt()
    if (outcome !== stale) return outcome
  }
  return tooManyAtOnce()
}

export const tooManyAtOnce = () =>
  refuse('temporarily_unavailable', 'Too many requests use this code or token at the same moment. Please try again.')
