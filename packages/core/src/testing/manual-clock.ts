/** Time that stands still until a test moves it. */
import type { Alarm } from '../auth/dependencies.ts'

export interface ManualClock {
  /** The current instant; a fresh `Date` each time. Safe to hand on without its object. */
  readonly now: () => Date
  /** Rings when time is moved past its instant. */
  readonly alarm: Alarm
  advance(by: { seconds: number }): void
}

/** A clock that shows `start` (ISO 8601 text, a `Date`, or nothing in particular) until it is advanced. */
export const manualClock = (start: Date | string = '2026-01-01T00:00:00Z'): ManualClock => {
  let milliseconds = new Date(start).getTime()
  const alarms = new Set<{ at: Date; ring: () => void }>()
  return {
    now: () => new Date(milliseconds),
    alarm(at, ring) {
      const alarm = { at, ring }
      alarms.add(alarm)
      return () => void alarms.delete(alarm)
    },
    advance({ seconds }) {
      milliseconds += seconds * 1000
      for (const alarm of [...alarms]) {
        if (alarm.at.getTime() > milliseconds) continue
        alarms.delete(alarm)
        alarm.ring()
      }
    },
  }
}
