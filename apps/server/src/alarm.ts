/** Real alarms, for core's door to time. */
import type { Alarm } from '@osa/core'

/** Beyond this a timer would overflow and ring at once. */
const longestMs = 2 ** 31 - 1

/** By the system's timers; an instant that is weeks away rings early, and whoever is woken looks at the clock. */
export const systemAlarm =
  (now: () => Date): Alarm =>
  (at, ring) => {
    const timer = setTimeout(ring, Math.min(Math.max(0, at.getTime() - now().getTime()), longestMs))
    // a node that is stopping waits for requests, not for alarms
    timer.unref()
    return () => clearTimeout(timer)
  }
