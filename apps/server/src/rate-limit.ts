/**
 * The budgets on the database's counters: atomic, and shared by all processes of a node (C07, J09). A spend rejects when the database cannot
 * be reached, so that nobody guesses or starts for free then (J08).
 */
import { type Budget, type Budgets, defaultBudgets, type Limiter } from '@osa/core'
import type { RateLimits } from '@osa/db'

/** A limiter on shared counters, named after their budgets. */
export function createLimiter(deps: {
  readonly counters: Pick<RateLimits, 'add'>
  readonly now: () => Date
  readonly budgets?: Budgets
}): Limiter {
  const { counters, now, budgets = defaultBudgets } = deps
  const add = (budget: Budget, key: string, points: number) => {
    const { windowSeconds } = budgets[budget]
    return counters.add({ key: `${budget}:${key}`, points, now: now(), windowSeconds })
  }
  return {
    async spend(budget, key, spent = 1) {
      const { points } = budgets[budget]
      const { points: used, endsAt } = await add(budget, key, spent)
      if (used <= points) return { within: true, used, points, endsAt }
      return { within: false, retryAfterSeconds: Math.max(1, Math.ceil((endsAt.getTime() - now().getTime()) / 1000)) }
    },
    async refund(budget, key, points = 1) {
      await add(budget, key, -points)
    },
  }
}

/**
 * Removes windows that are over, and those that end later than their budget's can: the clock was wrong when they began, and nobody
 * should wait for it to come true.
 */
export async function sweepRateLimits(counters: Pick<RateLimits, 'sweep'>, now: Date): Promise<void> {
  const windows = Object.entries(defaultBudgets).map(([budget, { windowSeconds }]) => [`${budget}:`, windowSeconds])
  await counters.sweep({ now, windowSecondsByPrefix: Object.fromEntries(windows) })
}
