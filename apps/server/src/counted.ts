/** Operations that count what they come to: each function answers the same operations, counted. */
import { deviceCodeGrantType, refreshTokenGrantType } from '@osa/contract'
import { type Auth, type Conventions, isDeployRejection, isRefusal } from '@osa/core'
import type { Metrics } from './metrics.ts'

/** Counts what polls and refreshes over tRPC come to, as the other wires count theirs. */
export const countExchanges = (auth: Auth, { count }: Pick<Metrics, 'count'>): Auth => ({
  ...auth,
  async exchangeDeviceCode(request) {
    const outcome = await auth.exchangeDeviceCode(request)
    count(deviceCodeGrantType, outcome)
    return outcome
  },
  async exchangeRefreshToken(request) {
    const outcome = await auth.exchangeRefreshToken(request)
    count(refreshTokenGrantType, outcome)
    return outcome
  },
})

/** Counts the terminals that wait for a decision: how many just now, and what their waiting came to. */
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

/** Counts what deploys come to, whichever wire they came over: `changed`, `unchanged`, or why it was refused. */
export const countDeploys = (conventions: Conventions, { countDeploy }: Pick<Metrics, 'countDeploy'>): Conventions => ({
  ...conventions,
  async deploy(request) {
    const outcome = await conventions.deploy(request)
    if (isDeployRejection(outcome)) countDeploy(outcome.error)
    else countDeploy(outcome.conventions.some(({ changed }) => changed) ? 'changed' : 'unchanged')
    return outcome
  },
})
