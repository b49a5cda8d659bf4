/** A clock that stands still until a test advances it. */
import type { StartTimer } from '../auth/dependencies.ts'

export interface ManualClock {
  /** Returns the current instant, a new `Date` each time. Works without its object. */
  readonly now: () => Date
  /** The timer fires when the clock is advanced past its instant. */
  readonly startTimer: StartTimer
  advance(by: { seconds: number }): void
}

/** Returns a clock that shows `start` (ISO 8601 text or a `Date`) until it is advanced. */
export function manualClock(start: Date | string = '2026-01-01T00:00:00Z'): ManualClock {
  let milliseconds = new Date(start).getTime()
  const timers = new Set<{ at: Date; onTime: () => void }>()
  return {
    now: () => new Date(milliseconds),
    startTimer(at, onTime) {
      const timer = { at, onTime }
      timers.add(timer)
      return () => void timers.delete(timer)
    },
    advance({ seconds }) {
      milliseconds += seconds * 1000
      for (const timer of [...timers]) {
        if (timer.at.getTime() > milliseconds) continue
        timers.delete(timer)
        timer.onTime()
      }
    },
  }
}
