/** Time that stands still until a test moves it. */

export interface ManualClock {
  /** The current instant; a fresh `Date` each time. Safe to hand on without its object. */
  readonly now: () => Date
  advance(by: { seconds: number }): void
}

/** A clock that shows `start` (ISO 8601 text, a `Date`, or nothing in particular) until it is advanced. */
export const manualClock = (start: Date | string = '2026-01-01T00:00:00Z'): ManualClock => {
  let milliseconds = new Date(start).getTime()
  return {
    now: () => new Date(milliseconds),
    advance({ seconds }) {
      milliseconds += seconds * 1000
    },
  }
}
