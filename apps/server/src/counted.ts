/** Wraps operations so that their outcomes are counted. Each function returns the same operations with counting added. */
import { deviceCodeGrantType, refreshTokenGrantType } from '@osa/contract'
import { type Auth, type Conventions, isDeployRejection, isRefusal } from '@osa/core'
import type { Metrics } from './metrics.ts'

/** Counts the outcomes of polls and refreshes over tRPC; the other wires count their own. */
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

/** Counts the terminals that are waiting for a decision now, and the outcomes of finished watches. */
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

/** Counts the outcomes of deploys on all wires: `changed`, `unchanged`, or the refusal. */
export const countDeploys = (conventions: Conventions, { countDeploy }: Pick<Metrics, 'countDeploy'>): Conventions => ({
  ...conventions,
  async deploy(request) {
    const outcome = await conventions.deploy(request)
    if (isDeployRejection(outcome)) countDeploy(outcome.error)
    else countDeploy(outcome.conventions.some(({ changed }) => changed) ? 'changed' : 'unchanged')
    return outcome
  },
})
