/**
 * Device codes that are not there. Each is looked up, together with whatever else is polled at that moment, so that it costs a part of one
 * statement and nobody else's code is ever refused on its account. A source that asks for many is told to slow down (RFC 8628 §3.5): a
 * terminal asks for such a code once and ends, so only who makes codes up comes near the budget. It is kept in this process alone.
 */
import type { AuthDependencies } from './dependencies.ts'
import { isFresh } from './dependencies.ts'
import { unknownCodesBySource } from './policy.ts'

/** Sources remembered at once; beyond that the oldest is forgotten and has its budget anew. */
const maxSources = 10_000

export interface UnknownCodes {
  /** Charges the source for a code that is not there. False when it has used its budget up. */
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
    const begun = { since: now(), codes: 0 }
    windows.set(source, begun)
    return begun
  }
  return {
    charge(source) {
      const window = windowOf(source)
      window.codes += 1
      return window.codes <= unknownCodesBySource.codes
    },
  }
}
