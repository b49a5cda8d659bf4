/** The clock interface, and the system's clock. */

import { setTimeout as delay } from 'node:timers/promises'
import { OsaError } from './errors.ts'
import { withSignal } from './signal.ts'

/** A clock. Tests can pass their own. */
export interface Clock {
  /** Returns the time in milliseconds since the epoch. */
  now(): number
  /** Resolves after this many milliseconds; rejects when the signal fires. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

/** This computer's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  async sleep(ms, signal) {
    try {
      await delay(ms, undefined, withSignal(signal))
    } catch (error) {
      // A timer fails only when the caller's signal fires.
      throw new OsaError('aborted', 'Cancelled', { cause: signal?.reason ?? error })
    }
  },
}
