/**
 * What it costs to ask for device codes that are not there. The budget is wide: a terminal asks for such a code once and ends, so only who
 * makes codes up comes near it. Once it is used up, this process answers the source's polls with `slow_down` (RFC 8628 §3.5) without asking
 * the database, which no terminal takes as its end: one that shares the address goes on when the window is over.
 */
import type { AuthDependencies } from './dependencies.ts'
import { secondsAfter } from './dependencies.ts'

/** Sources remembered at once; beyond that the oldest is forgotten, and costs a look-up again. */
const maxSources = 10_000

export interface UnknownCodes {
  /** Whether the source has used its budget up. Asks nobody. */
  isOver(source: string): boolean
  /** Charges the source for a code that is not there. */
  charge(source: string): Promise<void>
}

export function createUnknownCodes({ limiter, now }: Pick<AuthDependencies, 'limiter' | 'now'>): UnknownCodes {
  const overUntil = new Map<string, Date>()
  return {
    isOver(source) {
      const until = overUntil.get(source)
      if (until === undefined) return false
      if (now() < until) return true
      overUntil.delete(source)
      return false
    },
    async charge(source) {
      const spent = await limiter.spend('unknown_code_by_source', source)
      if (spent.within) return
      const [oldest] = overUntil.keys()
      if (oldest !== undefined && overUntil.size >= maxSources) overUntil.delete(oldest)
      overUntil.set(source, secondsAfter(now(), spent.retryAfterSeconds))
    },
  }
}
