/** The fake clock, randomness and limiter behave like the real ones, and are repeatable. */
import { expect, test } from 'vitest'
import { defaultBudgets } from '../auth/policy.ts'
import { manualClock } from './manual-clock.ts'
import { memoryLimiter } from './memory-limiter.ts'
import { seededRandom } from './seeded-random.ts'

test('a manual clock stands still until it is advanced, even when only `now` is passed on', () => {
  const clock = manualClock('2026-03-01T00:00:00Z')
  const { now } = clock
  expect(now()).toEqual(now())
  clock.advance({ seconds: 1.5 })
  expect(now().toISOString()).toBe('2026-03-01T00:00:01.500Z')
})

test('seeded randomness is the same for the same seed, differs between seeds, and does not repeat within a stream', () => {
  const [one, again, other] = [seededRandom(1), seededRandom(1), seededRandom(2)]
  const first = [one(5), one(40), one(3)]
  expect([again(5), again(40), again(3)]).toEqual(first)
  expect(other(5)).not.toEqual(first[0])
  expect(one(32)).not.toEqual(one(32))
})

test('C06 J01 a budget refuses when it is used up, and is full again when its window has ended', async () => {
  const clock = manualClock()
  const limiter = memoryLimiter({ ...defaultBudgets, guess_by_source: { points: 2, windowSeconds: 60 } }, clock.now)
  const spend = () => limiter.spend('guess_by_source', '__proto__')
  expect(await spend()).toMatchObject({ within: true })
  clock.advance({ seconds: 20 })
  expect(await spend()).toMatchObject({ within: true })
  expect(await spend()).toEqual({ within: false, retryAfterSeconds: 40 })
  expect(await limiter.spend('guess_by_source', 'constructor')).toMatchObject({ within: true })
  expect(await limiter.spend('guess_by_account', '__proto__')).toMatchObject({ within: true })
  clock.advance({ seconds: 40 })
  expect(await spend()).toMatchObject({ within: true })
})

test('refunded points can be spent again, but never make a budget larger', async () => {
  const limiter = memoryLimiter(
    { ...defaultBudgets, start_in_all: { points: 3, windowSeconds: 60 } },
    manualClock().now,
  )
  await limiter.refund('start_in_all', 'all', 100)
  expect(await limiter.spend('start_in_all', 'all', 3)).toMatchObject({ within: true })
  expect((await limiter.spend('start_in_all', 'all')).within).toBe(false)
  await limiter.refund('start_in_all', 'all', 2)
  expect(await limiter.spend('start_in_all', 'all')).toMatchObject({ within: true })
})
