/**
 * Counters with a window each, for the budgets that all processes of a node share. The points that a process counts while a statement runs
 * are added up by counter and written by the next statement, so a counter that every request uses is locked once for each statement
 * rather than for each request. Every statement locks its counters in the same order.
 */
import { createBatcher } from './batcher.ts'
import type { Connections } from './connections.ts'
import { mayRetryInParts } from './database-errors.ts'
import { addPointsStatement } from './raw-statements.ts'

export interface RateLimits {
  /**
   * Adds points, or returns them if negative. A counter's window starts with its first points, and a new one starts with the first points
   * after its end. Resolves to the points in the window after this call, and the window's end.
   */
  add(points: AddedPoints): Promise<{ readonly points: number; readonly endsAt: Date }>
  /** Removes windows that ended before `now`, and those that end later than their prefix allows, because the clock was wrong at their start. */
  sweep(sweep: { now: Date; windowSecondsByPrefix: Readonly<Record<string, number>> }): Promise<void>
}

export interface AddedPoints {
  readonly key: string
  readonly points: number
  readonly now: Date
  readonly windowSeconds: number
}

const maxItems = 200
/** Far above any budget, and twice this value still fits the integer column. */
const maxPoints = 1_000_000_000

export function rateLimits({ run }: Connections): RateLimits {
  const add = createBatcher<AddedPoints, { points: number; endsAt: Date }>({
    maxItems,
    // points that may have been added must not be added again
    mayRepeat: mayRetryInParts,
    async run(items) {
      const { rows } = await run(({ query }) => addPointsStatement(query, sumsByCounter(items)))
      const counters = new Map(
        rows.map(({ key, points, expire }) => [key, { points, endsAt: new Date(Number(expire)) }]),
      )
      return totalsInTurn(items, counters)
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

/** Adds up the points of each counter, within ±`maxPoints`. */
function sumsByCounter(items: readonly AddedPoints[]) {
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
    maxPoints,
  }
}

const clamp = (points: number): number => Math.max(-maxPoints, Math.min(maxPoints, points))

/** Returns the result that each item would have had if they had come one by one, returned points first. */
function totalsInTurn(
  items: readonly AddedPoints[],
  counters: ReadonlyMap<string, { points: number; endsAt: Date }>,
): { points: number; endsAt: Date }[] {
  const later = new Map<string, number>()
  return items
    .toReversed()
    .map(({ key, points }) => {
      const counter = counters.get(key)
      if (!counter) throw new Error('the statement did not return a counter')
      const after = later.get(key) ?? 0
      later.set(key, after + Math.max(0, points))
      return { points: Math.max(0, counter.points - after), endsAt: counter.endsAt }
    })
    .toReversed()
}
