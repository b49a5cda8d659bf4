/** Timers of the system, for core. */
import type { StartTimer } from '@osa/core'

/** A longer timeout would overflow and fire at once. */
const longestMs = 2 ** 31 - 1

/** An instant that is weeks away fires early; whoever is called looks at the clock. */
export const systemTimer =
  (now: () => Date): StartTimer =>
  (at, onTime) => {
    const timer = setTimeout(onTime, Math.min(Math.max(0, at.getTime() - now().getTime()), longestMs))
    // a node that is stopping waits for requests, not for timers
    timer.unref()
    return () => clearTimeout(timer)
  }
