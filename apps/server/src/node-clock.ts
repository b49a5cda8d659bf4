/**
 * The common time of all processes of a node. At start and with every sweep, each process corrects its machine's clock to that of the
 * database. So machines whose clocks differ by less than the tolerance agree on the time: a token issued by one is valid on the others, and
 * the grace period of a retired token has its full length. A clock that differs by more is used uncorrected (L08) and logged.
 */
import { clockToleranceSeconds } from '@osa/core'

/** Smaller differences are due to the latency of the database; correcting them would only make the time jump. */
const noticedMs = 250

export interface NodeClock {
  now(): Date
  /** Compares the two clocks again. Rejects if the database does not answer; the last correction then remains. */
  follow(): Promise<void>
}

/** Calls `onFarOff` with the number of seconds by which the database is ahead (or behind, if negative) if that exceeds the tolerance. */
export function createNodeClock(databaseTime: () => Promise<Date>, onFarOff: (seconds: number) => void): NodeClock {
  let correctionMs = 0
  return {
    now: () => new Date(Date.now() + correctionMs),
    async follow() {
      const askedAtMs = Date.now()
      const databaseNow = await databaseTime()
      const tookMs = Date.now() - askedAtMs
      const aheadMs = databaseNow.getTime() - (askedAtMs + tookMs / 2)
      const isFarOff = Math.abs(aheadMs) > clockToleranceSeconds * 1000
      if (isFarOff) onFarOff(Math.round(aheadMs / 1000))
      const nextMs = isFarOff ? 0 : aheadMs
      // the round trip limits the precision of the measurement
      if (Math.abs(nextMs - correctionMs) > Math.max(noticedMs, tookMs)) correctionMs = nextMs
    },
  }
}
