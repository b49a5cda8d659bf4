/** System timers for `@osa/core`. */
import type { StartTimer } from '@osa/core'

/** Maximum of `setTimeout`; longer timeouts overflow and fire at once. */
const longestMs = 2 ** 31 - 1

/** Starts a timer. Times that are weeks away fire early, so the callback must check the clock. */
export const systemTimer =
  (now: () => Date): StartTimer =>
  (at, onTime) => {
    const timer = setTimeout(onTime, Math.min(Math.max(0, at.getTime() - now().getTime()), longestMs))
    // timers must not delay the exit of the process
    timer.unref()
    return () => clearTimeout(timer)
  }
