/** Counts the terminals that wait for a decision: how many just now, and what their waiting came to. */
import { type Auth, isRefusal } from '@osa/core'
import type { Metrics } from './metrics.ts'

/** The same operations; `watchDeviceAuthorization` is counted. */
export const countWatches = (auth: Auth, { openWatch }: Pick<Metrics, 'openWatch'>): Auth => ({
  ...auth,
  async watchDeviceAuthorization(request) {
    const closeWatch = openWatch()
    try {
      const outcome = await auth.watchDeviceAuthorization(request)
      closeWatch(outcome === null ? 'left' : isRefusal(outcome) ? outcome.error : outcome.status)
      return outcome
    } catch (error) {
      closeWatch('failed')
      throw error
    }
  },
})
