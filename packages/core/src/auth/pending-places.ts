/**
 * The places for undecided codes (J02): who has how many, without counting them at every start. They are counted at most once a second in
 * each process, by source, and what this process hands out in between is added. What other processes hand out within that second is not
 * seen: at the most a cap is exceeded by what the start budgets, which are exact across processes, let through in one second.
 */
import type { AuthDependencies } from './dependencies.ts'
import { isFresh } from './dependencies.ts'
import { mayHaveOneMore } from './fair-share.ts'

const countEverySeconds = 1

/** A place that was handed out for a code which is about to be stored. */
export interface PendingPlace {
  /** Says that it is known whether the code was stored. A place without a code is free at once. */
  settle(stored: boolean): void
}

export interface PendingPlaces {
  /** Hands out a place, or null when this source may not have one more. Rejects when the codes cannot be counted. */
  take(source: string): Promise<PendingPlace | null>
  /** Undecided, unexpired codes of all sources. */
  countInAll(): Promise<number>
}

export function createPendingPlaces(deps: Pick<AuthDependencies, 'store' | 'policy' | 'now'>): PendingPlaces {
  const { store, policy, now } = deps
  const supply = { bySource: policy.maxPendingBySource, inAll: policy.maxPendingInAll }
  let tally = createTally(new Map())
  let countedAt: Date | null = null
  let counting: Promise<void> | null = null
  /** Places that the count under way, or the next one, may not see. */
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
