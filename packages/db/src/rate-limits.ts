/**
 * Counters with a window each, for the budgets that all processes of a node share. Everything that a process counts while one statement is on
 * its way goes in the next, folded by counter: a counter that every request needs is locked once a statement and not once a request, and
 * processes that count at the same time take their counters in the same order.
 */
import { createBatcher } from './batcher.ts'
import type { Connections } from './connections.ts'
import { mayBeDoneInParts } from './database-errors.ts'
import { addPointsStatement } from './raw-statements.ts'

export interface RateLimits {
  /**
   * Adds points, or takes them back where they are below zero. A counter starts with its first points and starts again when its window is
   * over. Resolves to all points of the window as they were after these, and its end.
   */
  add(points: AddedPoints): Promise<{ readonly points: number; readonly endsAt: Date }>
  /** Removes what ended before `now`; and what ends too late for its prefix, since the clock was wrong when it began. */
  sweep(sweep: { now: Date; windowSecondsByPrefix: Readonly<Record<string, number>> }): Promise<void>
}

export interface AddedPoints {
  readonly key: string
  readonly points: number
  readonly now: Date
  readonly windowSeconds: number
}

const maxItems = 200
/** Far above any budget, and twice of it still an integer of the column. */
const most = 1_000_000_000

export function rateLimits({ run }: Connections): RateLimits {
  const add = createBatcher<AddedPoints, { points: number; endsAt: Date }>({
    maxItems,
    // points that may have been added must not be added again
    mayRepeat: mayBeDoneInParts,
    async run(items) {
      const { rows } = await run(({ query }) => addPointsStatement(query, folded(items)))
      const counters = new Map(
        rows.map(({ key, points, expire }) => [key, { points, endsAt: new Date(Number(expire)) }]),
      )
      return eachInTurn(items, counters)
    },
  })
  return {
    add,
    async sweep({ now, windowSecondsByPrefix }) {
      await run(({ query }) => query.deleteFrom('rate_limits').where('expire', '<', BigInt(now.getTime())).execute())
      for (const [prefix, windowSeconds] of Object.entries(windowSecondsByPrefix)) {
        const latest = BigInt(now.getTime() + 2_000 * windowSeconds)
        await run(({ query }) =>
          query
            .deleteFrom('rate_limits')
            .where(({ fn, val }) => fn<boolean>('starts_with', ['key', val(prefix)]))
            .where('expire', '>', latest)
            .execute(),
        )
      }
    },
  }
}

/** One row for each counter. */
function folded(items: readonly AddedPoints[]) {
  const sums = new Map<string, { points: number; expire: number }>()
  for (const { key, points, now, windowSeconds } of items) {
    const sum = clamp((sums.get(key)?.points ?? 0) + points)
    sums.set(key, { points: sum, expire: now.getTime() + windowSeconds * 1000 })
  }
  const counters = [...sums.values()]
  return {
    keys: [...sums.keys()],
    points: counters.map(({ points }) => points),
    expire: counters.map(({ expire }) => expire),
    now: Math.max(...items.map(({ now }) => now.getTime())),
    most,
  }
}

const clamp = (points: number): number => Math.max(-most, Math.min(most, points))

/** What each item would have been told, had they come one by one, those that take points back first. */
function eachInTurn(
  items: readonly AddedPoints[],
  counters: ReadonlyMap<string, { points: number; endsAt: Date }>,
): { points: number; endsAt: Date }[] {
  const later = new Map<string, number>()
  return items
    .toReversed()
    .map(({ key, points }) => {
      const counter = counters.get(key)
      if (!counter) throw new Error('a counter was not answered for')
      const after = later.get(key) ?? 0
      later.set(key, after + Math.max(0, points))
      return { points: Math.max(0, counter.points - after), endsAt: counter.endsAt }
    })
    .toReversed()
}
