/** Pauses that several calls share. */
import { cancelled } from '../signal.ts'

/** Waits until a pause is over; rejects with an `OsaError` when the signal fires. */
export type Wait = (signal: AbortSignal | null | undefined) => Promise<void>

const unlessCancelled = (over: Promise<void>, signal: AbortSignal | null | undefined): Promise<void> =>
  new Promise((done, fail) => {
    const stop = (): void => {
      if (signal) fail(cancelled(signal))
    }
    if (signal?.aborted) return stop()
    signal?.addEventListener('abort', stop, { once: true })
    void over.then(() => {
      signal?.removeEventListener('abort', stop)
      done()
    })
  })

/** Creates a pause with one timer. It starts with the first caller and ends for all callers at once. If all callers cancel, the timer is cleared. */
export function sharedSleep(ms: number): Wait {
  let waiting = 0
  let timer: ReturnType<typeof setTimeout>
  let over: Promise<void>
  return async (signal) => {
    if (waiting === 0) {
      over = new Promise((done) => {
        timer = setTimeout(done, ms)
      })
    }
    waiting += 1
    try {
      await unlessCancelled(over, signal)
    } finally {
      waiting -= 1
      if (waiting === 0) clearTimeout(timer)
    }
  }
}

/** Returns a function that makes one value per turn of the event loop: all calls in the same turn get the same value. */
export function oncePerTurn<T>(make: () => T): () => T {
  let made: { value: T } | null = null
  return () => {
    if (made === null) {
      made = { value: make() }
      setTimeout(() => {
        made = null
      })
    }
    return made.value
  }
}
