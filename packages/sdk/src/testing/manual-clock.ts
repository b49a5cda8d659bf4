/** A clock that a test moves. Sleeping takes no real time and is recorded. */
import type { Clock } from '../clock.ts'

/** A clock that a test moves. */
export interface ManualClock extends Clock {
  /** The duration of every sleep so far, in milliseconds. */
  readonly slept: number[]
  /** Moves the time forward. */
  advance(ms: number): void
}

/** Creates a clock that moves only with `advance` and `sleep`. It starts at `startMs`, in milliseconds since the epoch. */
export function createManualClock(startMs = Date.parse('2026-11-23T08:00:00Z')): ManualClock {
  let nowMs = startMs
  const slept: number[] = []
  return {
    slept,
    now: () => nowMs,
    advance: (ms) => {
      nowMs += ms
    },
    async sleep(ms, signal) {
      signal?.throwIfAborted()
      slept.push(ms)
      nowMs += ms
    },
  }
}
