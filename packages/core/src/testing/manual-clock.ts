/** Time that stands still until a test moves it. */
import type { StartTimer } from '../auth/dependencies.ts'

export interface ManualClock {
  /** The current instant; a fresh `Date` each time. Safe to hand on without its object. */
  readonly now: () => Date
  /** Fires when time is moved past its instant. */
  readonly startTimer: StartTimer
  advance(by: { seconds: number }): void
}

/** A clock that shows `start` (ISO 8601 text, a `Date`, or nothing in particular) until it is advanced. */
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
