/** Counts what polls and refreshes over tRPC come to, as the other wires count theirs. */
import { deviceCodeGrantType, refreshTokenGrantType } from '@osa/contract'
import type { Auth } from '@osa/core'
import type { Metrics } from './metrics.ts'

/** The same operations; each exchange is counted. */
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
