/**
 * The time that all processes of a node share. Each corrects its machine's clock to the database's, at start and with every sweep, so that
 * machines that differ by less than the tolerance do not differ at all: a token made by one is in time for the other, and the grace of a
 * retired one is as long as it says. A clock that is further off is believed as it is (L08), and told in the log.
 */
import { clockToleranceSeconds } from '@osa/core'

/** Differences below this are the way to the database; following them would only make the time jump. */
const noticedMs = 250

export interface NodeClock {
  now(): Date
  /** Compares the two clocks again. Rejects when the database cannot be asked; the last correction then stays. */
  follow(): Promise<void>
}

/** `onFarOff` hears by how many seconds the database is ahead when that is more than the tolerance. */
export function createNodeClock(databaseTime: () => Promise<Date>, onFarOff: (seconds: number) => void): NodeClock {
  let correctionMs = 0
  return {
    now: () => new Date(Date.now() + correctionMs),
    async follow() {
      const askedAtMs = Date.now()
      const there = await databaseTime()
      const tookMs = Date.now() - askedAtMs
      const aheadMs = there.getTime() - (askedAtMs + tookMs / 2)
      const isFarOff = Math.abs(aheadMs) > clockToleranceSeconds * 1000
      if (isFarOff) onFarOff(Math.round(aheadMs / 1000))
      const nextMs = isFarOff ? 0 : aheadMs
      // an answer says no more than how long it took
      if (Math.abs(nextMs - correctionMs) > Math.max(noticedMs, tookMs)) correctionMs = nextMs
    },
  }
}
