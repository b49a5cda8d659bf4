/** The clock, as everything here is given it, and the real one. */

import { setTimeout as delay } from 'node:timers/promises'
import { OsaError } from './errors.ts'
import { withSignal } from './signal.ts'

/** Time as the caller sees it: tests bring their own. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Rejects with the signal's reason when it fires. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

/** This computer's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  async sleep(ms, signal) {
    try {
      await delay(ms, undefined, withSignal(signal))
    } catch (error) {
      // The only way a timer fails is the caller's signal.
      throw new OsaError('aborted', 'Cancelled', { cause: signal?.reason ?? error })
    }
  },
}
