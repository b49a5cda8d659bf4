/**
 * Which calls are tried again: queries, when the node is overloaded or out of reach. A mutation may have been carried out although its
 * answer was lost, and a node knows no idempotency key to tell a repeat by: so mutations are sent once.
 */
import { cancelled } from '../cancelled.ts'
import type { ErrorCode } from '../errors.ts'
import type { OsaCallError } from './call-error.ts'
import type { ClientEvent, RetryOptions } from './options.ts'
import type { Repetition } from './repeating-link.ts'

const transientCodes: readonly ErrorCode[] = ['dns', 'connection_refused', 'connection_failed', 'timeout', 'proxy']
const transientStatuses = [429, 502, 503, 504]
const firstDelayMs = 250
const momentMs = 20

/** Whether the same request may be answered a little later. */
export const isTransient = ({ code, status }: OsaCallError): boolean =>
  transientCodes.includes(code) || (status !== undefined && transientStatuses.includes(status))

/** Rejects when the signal fires. */
export const sleep = (ms: number, signal: AbortSignal | null | undefined): Promise<void> =>
  new Promise((done, fail) => {
    const stop = (): void => {
      clearTimeout(timer)
      if (signal) fail(cancelled(signal))
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop)
      done()
    }, ms)
    if (signal?.aborted) stop()
    else signal?.addEventListener('abort', stop, { once: true })
  })

/** Doubling pauses with chance in them, so that many clients do not come back at once; or as long as the server says. */
const delayOf = (error: OsaCallError, attempt: number, random: () => number): number =>
  error.retryAfterMs ?? firstDelayMs * 2 ** (attempt - 1) * (0.5 + random())

/** Draws once for all that ask in one moment: calls that fail together wait together, and travel in one request again. */
const drawTogether = (random: () => number): (() => number) => {
  let drawn = { atMs: Number.NEGATIVE_INFINITY, value: 0 }
  return () => {
    const atMs = performance.now()
    if (atMs - drawn.atMs > momentMs) drawn = { atMs, value: random() }
    return drawn.value
  }
}

/** The policy of `options`; `false` is none. */
export const retryPolicy = (
  options: false | RetryOptions | undefined,
  { onEvent, random }: { onEvent: (event: ClientEvent) => void; random: () => number },
): Repetition => {
  const { attempts = 3, maxDelayMs = 10_000 } = options || {}
  const draw = drawTogether(random)
  return {
    async again({ op, error, attempt }) {
      if (options === false || op.type !== 'query' || attempt >= attempts || !isTransient(error)) return false
      const delayMs = Math.round(delayOf(error, attempt, draw))
      if (delayMs > maxDelayMs) return false
      onEvent({ type: 'retry', procedure: op.path, attempt: attempt + 1, delayMs, code: error.code })
      await sleep(delayMs, op.signal)
      return true
    },
  }
}
