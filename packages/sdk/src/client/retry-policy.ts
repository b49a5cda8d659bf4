/**
 * Decides which calls are retried: queries, when the node is overloaded or unreachable. A mutation may have taken effect although its answer
 * was lost, and nodes have no idempotency keys to recognize a repeat by. So it is sent once more only if its caller knows that a repeat is
 * harmless, and says so with `repeatIf`.
 */
import type { ErrorCode } from '../errors.ts'
import type { OsaCallError } from './call-error.ts'
import type { ClientEvent, RetryOptions } from './options.ts'
import { isRepeatHarmless } from './repeat-if.ts'
import type { Repetition } from './repeating-link.ts'
import { oncePerTurn, sharedSleep, type Wait } from './shared-sleep.ts'

const transientCodes: readonly ErrorCode[] = ['dns', 'connection_refused', 'connection_failed', 'timeout', 'proxy']
const transientStatuses = [429, 502, 503, 504]
const firstDelayMs = 250

/** Whether the same request may succeed a little later. */
export const isTransient = ({ code, status }: OsaCallError): boolean =>
  transientCodes.includes(code) || (status !== undefined && transientStatuses.includes(status))

/** Exponential backoff with jitter, so that many clients do not return at once; or the pause that the server asks for. Milliseconds. */
const delayOf = (error: OsaCallError, attempt: number, chance: number): number =>
  Math.round(error.retryAfterMs ?? firstDelayMs * 2 ** (attempt - 1) * (0.5 + chance))

/** Creates the policy for these options; `false` turns retries off. */
export function retryPolicy(
  options: false | RetryOptions | undefined,
  { onEvent, random }: { onEvent: (event: ClientEvent) => void; random: () => number },
): Repetition {
  const { attempts = options === false ? 1 : 3, maxDelayMs = 10_000 } = options || {}
  // Calls that fail together, in one answer, share one jitter and one timer, so that they are sent in one request again.
  const together = oncePerTurn(() => ({ chance: random(), sleeps: new Map<number, Wait>() }))
  return {
    async again({ op, error, attempt }) {
      const isWanted =
        op.type === 'query'
          ? attempt < attempts && isTransient(error)
          : op.type === 'mutation' && attempt === 1 && (await isRepeatHarmless(op, error))
      if (!isWanted) return false
      const { chance, sleeps } = together()
      const delayMs = delayOf(error, attempt, chance)
      if (delayMs > maxDelayMs) return false
      onEvent({ type: 'retry', procedure: op.path, attempt: attempt + 1, delayMs, code: error.code })
      const sleep = sleeps.get(delayMs) ?? sharedSleep(delayMs)
      sleeps.set(delayMs, sleep)
      await sleep(op.signal)
      return true
    },
  }
}
