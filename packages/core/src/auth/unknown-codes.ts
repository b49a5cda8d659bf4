/**
 * Counts polls for unknown device codes by source. Each is looked up in the same statement as the other polls of that moment, so it costs
 * little and never causes a valid code to be refused. A source with too many gets `slow_down` (RFC 8628 §3.5). An honest terminal polls
 * an unknown code once and then ends, so only a source that invents codes comes near the budget. Counts are kept in this process only.
 */
import type { AuthDependencies } from './dependencies.ts'
import { isFresh } from './dependencies.ts'
import { unknownCodesBySource } from './policy.ts'

/** How many sources are counted at once. Beyond that the oldest is dropped, and starts with a new budget. */
const maxSources = 10_000

export interface UnknownCodes {
  /** Charges the source for an unknown code. Returns false when its budget is used up. */
  charge(source: string): boolean
}

export function createUnknownCodes({ now }: Pick<AuthDependencies, 'now'>): UnknownCodes {
  const windows = new Map<string, { readonly since: Date; codes: number }>()
  const windowOf = (source: string) => {
    const known = windows.get(source)
    if (known && isFresh(known.since, now(), unknownCodesBySource.windowSeconds)) return known
    windows.delete(source)
    const [oldest] = windows.keys()
    if (oldest !== undefined && windows.size >= maxSources) windows.delete(oldest)
    const opened = { since: now(), codes: 0 }
    windows.set(source, opened)
    return opened
  }
  return {
    charge(source) {
      const window = windowOf(source)
      window.codes += 1
      return window.codes <= unknownCodesBySource.codes
    },
  }
}
