/** C07, J09: counters shared by all processes. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openDatabase } from './index.ts'
import { type AddedPoints, rateLimits } from './rate-limits.ts'
import { openTestDatabase, type TestDatabase } from './testing/index.ts'

const at = (seconds: number): Date => new Date(Date.UTC(2026, 0, 1) + seconds * 1000)
const added = (key: string, points = 1, second = 0): AddedPoints => ({
  key,
  points,
  now: at(second),
  windowSeconds: 60,
})
function urlOf({ databaseUrl }: TestDatabase): string {
  if (databaseUrl === null) throw new Error('this database has no URL')
  return databaseUrl
}

test('C07 J09 concurrent spends in three processes each get a different total, in whatever order they use the counters', async () => {
  await using database = await openTestDatabase('postgres')
  const processes = await Promise.all([1, 2, 3].map(() => openDatabase({ databaseUrl: urlOf(database) })))
  const keys = ['all', 'a', 'b', 'c']
  const spends = processes.flatMap((one, turn) =>
    Array.from({ length: 100 }, (_, n) => one.rateLimits.add(added(keys[(n * (turn + 1)) % 4] ?? 'all'))),
  )
  const perKey = new Map<string, number[]>()
  for (const [index, { points }] of (await Promise.all(spends)).entries()) {
    const key = keys[((index % 100) * (Math.floor(index / 100) + 1)) % 4] ?? 'all'
    perKey.set(key, [...(perKey.get(key) ?? []), points])
  }
  for (const points of perKey.values()) {
    expect(points.toSorted((a, b) => a - b)).toEqual(points.map((_, index) => index + 1))
  }
  await Promise.all(processes.map((one) => one.close()))
})

test('a new window starts when the old one is over, and returning points does not move its end', async () => {
  await using database = await openTestDatabase('pglite')
  const add = (points: number, second: number) => database.rateLimits.add(added('key', points, second))
  expect(await add(5, 0)).toEqual({ points: 5, endsAt: at(60) })
  expect(await add(-2, 30)).toEqual({ points: 3, endsAt: at(60) })
  expect(await add(-9, 40)).toEqual({ points: 0, endsAt: at(60) })
  expect(await add(1, 59)).toEqual({ points: 1, endsAt: at(60) })
  expect(await add(1, 60)).toEqual({ points: 1, endsAt: at(120) })
})

test('a counter never overflows', async () => {
  await using database = await openTestDatabase('pglite')
  for (let n = 0; n < 3; n++) await database.rateLimits.add(added('key', Number.MAX_SAFE_INTEGER))
  expect((await database.rateLimits.add(added('key'))).points).toBeGreaterThan(1_000_000_000)
})

test('points that may already have been counted are not counted again, and the calls reject', async () => {
  let statements = 0
  const limits = rateLimits({
    run: () => {
      statements += 1
      return Promise.reject(new Error('connection lost'))
    },
    transaction: () => Promise.reject(new Error('unused')),
    close: () => undefined,
  })
  const spends = ['a', 'b', 'c'].map((key) => limits.add(added(key)))
  expect((await Promise.allSettled(spends)).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
  expect(statements).toBe(1)
})

test('property: concurrent spends get the same totals as consecutive ones', async () => {
  await using database = await openTestDatabase('pglite')
  const spend = fc.record({ key: fc.constantFrom('a', 'b', 'c'), points: fc.integer({ min: 1, max: 9 }) })
  let run = 0
  await fc.assert(
    fc.asyncProperty(fc.array(spend, { minLength: 1, maxLength: 30 }), async (spends) => {
      run += 1
      const results = await Promise.all(
        spends.map(({ key, points }) => database.rateLimits.add(added(`${run}:${key}`, points))),
      )
      const totals = new Map<string, number>()
      for (const [index, { key, points }] of spends.entries()) {
        totals.set(key, (totals.get(key) ?? 0) + points)
        expect(results[index]?.points).toBe(totals.get(key))
      }
    }),
    { numRuns: 50 },
  )
})
