/**
 * The budgets in the database: atomic, and shared by all processes of a node (C07, J09). Refuses by rejecting when the database
 * cannot be reached, so that nobody guesses or starts for free then (J08).
 */
import { type Budget, type Budgets, defaultBudgets, type Limiter } from '@osa/core'
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible'

/** The tiny SQL client that `@osa/db` offers. */
export type Query = (query: { text: string; values: unknown[] }) => Promise<{ rows: Record<string, unknown>[] }>

const table = 'rate_limits'

/** A limiter on the table `rate_limits`. */
export const createLimiter = (query: Query, budgets: Budgets = defaultBudgets): Limiter => {
  const storeClient = { query: (sql: { text: string; values: unknown[] }) => query(sql).then(withNumbers) }
  const limiters = new Map(
    (Object.keys(budgets) as Budget[]).map((budget) => [
      budget,
      new RateLimiterPostgres({
        storeClient,
        storeType: 'client',
        tableName: table,
        tableCreated: true,
        clearExpiredByTimeout: false, // the sweep does it
        keyPrefix: budget,
        points: budgets[budget].points,
        duration: budgets[budget].windowSeconds,
      }),
    ]),
  )
  const limiterOf = (budget: Budget): RateLimiterPostgres => {
    const limiter = limiters.get(budget)
    if (!limiter) throw new TypeError(`no budget ${budget}`)
    return limiter
  }
  return {
    async spend(budget, key, points = 1) {
      try {
        const { consumedPoints } = await limiterOf(budget).consume(key, points)
        return { within: true, used: consumedPoints, points: budgets[budget].points }
      } catch (refusal) {
        if (!(refusal instanceof RateLimiterRes)) throw refusal // the library rejects with a result when a budget is used up
        return { within: false, retryAfterSeconds: Math.max(1, Math.ceil(refusal.msBeforeNext / 1000)) }
      }
    },
    async refund(budget, key, points = 1) {
      await limiterOf(budget).reward(key, points)
    },
  }
}

/**
 * Removes windows that are over, and those that end later than their budget's can: the clock was wrong when they began, and nobody
 * should wait for it to come true.
 */
export const sweepRateLimits = async (query: Query, now: Date): Promise<void> => {
  await query({ text: `delete from ${table} where expire < $1`, values: [now.getTime()] })
  for (const [budget, { windowSeconds }] of Object.entries(defaultBudgets)) {
    const values = [`${budget}:`, now.getTime() + 2_000 * windowSeconds]
    await query({ text: `delete from ${table} where starts_with(key, $1) and expire > $2`, values })
  }
}

/** `bigint` comes as a string from one driver and as a BigInt from another; the library calculates with numbers. */
const withNumbers = ({ rows }: { rows: Record<string, unknown>[] }) => ({
  rows: rows.map((row) => ({ ...row, points: Number(row.points), expire: Number(row.expire) })),
  rowCount: rows.length,
})
