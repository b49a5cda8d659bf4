/** Budgets in memory, for tests. They have fixed windows that open with the first spend, like those of the shared limiter. */
import type { Budget, Budgets, Limiter } from '../auth/ports.ts'

interface Window {
  spent: number
  readonly endsAtMs: number
}

/** Returns a `Limiter` for one process. `now` is its only clock. */
export function memoryLimiter(budgets: Budgets, now: () => Date): Limiter {
  const windows = new Map<string, Window>()
  const nameOf = (budget: Budget, key: string): string => `${budget}:${key}`

  const openWindow = (budget: Budget, key: string): Window => {
    const current = windows.get(nameOf(budget, key))
    if (current && current.endsAtMs > now().getTime()) return current
    const opened = { spent: 0, endsAtMs: now().getTime() + budgets[budget].windowSeconds * 1000 }
    windows.set(nameOf(budget, key), opened)
    return opened
  }

  return {
    async spend(budget, key, points = 1) {
      const window = openWindow(budget, key)
      window.spent += points
      const used = window.spent
      const { points: most } = budgets[budget]
      if (used <= most) return { within: true, used, points: most, endsAt: new Date(window.endsAtMs) }
      return { within: false, retryAfterSeconds: Math.max(1, Math.ceil((window.endsAtMs - now().getTime()) / 1000)) }
    },
    async refund(budget, key, points = 1) {
      const window = openWindow(budget, key)
      window.spent = Math.max(0, window.spent - points)
    },
  }
}
