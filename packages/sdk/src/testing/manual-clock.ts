/** A clock that a test moves: sleeping takes no time and is written down. */
import type { Clock } from '../clock.ts'

export interface ManualClock extends Clock {
  /** Milliseconds of every sleep, in order. */
  readonly slept: number[]
  /** Moves the time forward. */
  advance(ms: number): void
}

/** Makes a clock that stands still until a test moves it or something sleeps on it. It starts at `startMs`, milliseconds since the epoch. */
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
