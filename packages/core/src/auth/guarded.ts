/**
 * Read, decide, write what still stands: how hot rows change without a transaction that stays open. A write is refused when somebody else
 * has changed what it was decided on; then all of it is done again, a few times.
 */
import { type Refusal, refuse } from './refusal.ts'

/** The write came too late: what was read had changed. */
export const tooLate = Symbol('too late')

/**
 * Does `attempt` again while it comes too late, at most `times`. Refuses with `temporarily_unavailable` when it always does: so many use
 * the same code or token at one moment that nobody is told how long to wait (503).
 */
export async function untilInTime<T>(times: number, attempt: () => Promise<T | typeof tooLate>): Promise<T | Refusal> {
  for (let time = 0; time < times; time++) {
    const outcome = await attempt()
    if (outcome !== tooLate) return outcome
  }
  return tooManyAtOnce()
}

export const tooManyAtOnce = () =>
  refuse('temporarily_unavailable', 'Too many requests use this at the same moment. Please try again.')
