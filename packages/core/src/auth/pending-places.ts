/**
 * Limits pending codes by source and in total (J02), without counting them at every start. Each process counts them at most once a second
 * and adds the places that it hands out in between. It does not see the places that other processes hand out within that second, so a cap
 * can be exceeded by the number of starts in one second that the start budgets, which are exact across processes, allow.
 */
import type { AuthDependencies } from './dependencies.ts'
import { isFresh } from './dependencies.ts'
import { mayHaveOneMore } from './fair-share.ts'

const countEverySeconds = 1

/** A place for a code that is about to be stored. */
export interface PendingPlace {
  /** Must be called when it is known whether the code was stored. Without a code, the place is free at once. */
  settle(stored: boolean): void
}

export interface PendingPlaces {
  /** Returns a place, or null when this source may not have another. Rejects when the codes cannot be counted. */
  take(source: string): Promise<PendingPlace | null>
  /** Returns the number of pending codes of all sources that have not expired. */
  countInAll(): Promise<number>
}

export function createPendingPlaces(deps: Pick<AuthDependencies, 'store' | 'policy' | 'now'>): PendingPlaces {
  const { store, policy, now } = deps
  const supply = { bySource: policy.maxPendingBySource, inAll: policy.maxPendingInAll }
  let tally = createTally(new Map())
  let countedAt: Date | null = null
  let counting: Promise<void> | null = null
  /** Places that the current count, or the next one, may miss. */
  const unseen = new Set<{ readonly source: string; isSettled: boolean }>()

  async function count(): Promise<void> {
    const at = now()
    for (const place of unseen) if (place.isSettled) unseen.delete(place)
    const counted = createTally(await store.countPendingBySource(at))
    for (const { source } of unseen) counted.add(source, 1)
    tally = counted
    countedAt = at
  }

  async function ensureCounted(): Promise<void> {
    if (countedAt !== null && isFresh(countedAt, now(), countEverySeconds)) return
    counting ??= count().finally(() => {
      counting = null
    })
    await counting
  }

  return {
    async take(source) {
      await ensureCounted()
      if (!mayHaveOneMore({ bySource: tally.of(source), inAll: tally.inAll() }, supply)) return null
      const place = { source, isSettled: false }
      tally.add(source, 1)
      unseen.add(place)
      return {
        settle(stored) {
          place.isSettled = true
          if (!stored && unseen.delete(place)) tally.add(source, -1)
        },
      }
    },
    async countInAll() {
      await ensureCounted()
      return tally.inAll()
    },
  }
}

function createTally(counts: ReadonlyMap<string, number>) {
  const bySource = new Map(counts)
  let inAll = [...counts.values()].reduce((sum, one) => sum + one, 0)
  return {
    of: (source: string): number => bySource.get(source) ?? 0,
    inAll: (): number => inAll,
    add(source: string, places: number): void {
      bySource.set(source, (bySource.get(source) ?? 0) + places)
      inAll += places
    },
  }
}
