/**
 * Budgets on counters in the database: atomic, and shared by all processes of a node (C07, J09). Spending rejects if the database is
 * unreachable, so that guesses and starts are never free (J08).
 */
import { type Budget, type Budgets, defaultBudgets, type Limiter } from '@osa/core'
import type { RateLimits } from '@osa/db'

/** Creates a limiter on shared counters, which are named after their budgets. */
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
 * Removes windows that have ended, and windows that end later than their budget allows: these started while the clock was wrong, and would
 * block their source for too long.
 */
export async function sweepRateLimits(counters: Pick<RateLimits, 'sweep'>, now: Date): Promise<void> {
  const windows = Object.entries(defaultBudgets).map(([budget, { windowSeconds }]) => [`${budget}:`, windowSeconds])
  await counters.sweep({ now, windowSecondsByPrefix: Object.fromEntries(windows) })
}
