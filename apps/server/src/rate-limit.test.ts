/** C07, J08, J09: the shared budgets, on a real database. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Budgets, defaultBudgets } from '@osa/core'
import { type Database, openDatabase } from '@osa/db'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createLimiter, sweepRateLimits } from './rate-limit.ts'

const directory = mkdtempSync(join(tmpdir(), 'osa-limits-'))
let database: Database

beforeAll(async () => {
  database = await openDatabase({ dataDirectory: directory })
})
afterAll(async () => {
  await database.close()
  rmSync(directory, { recursive: true })
})

const budgets: Budgets = { ...defaultBudgets, guess_by_source: { points: 10, windowSeconds: 600 } }
const limiterOn = ({ rateLimits }: Database) => createLimiter({ counters: rateLimits, budgets, now: () => new Date() })
const within = (spent: { within: boolean }) => spent.within

test('C06, C07 of fifty simultaneous spends exactly ten are within the budget', async () => {
  const limiter = limiterOn(database)
  const spends = await Promise.all(Array.from({ length: 50 }, () => limiter.spend('guess_by_source', 'burst')))
  expect(spends.filter(within)).toHaveLength(10)
  const [refused] = spends.filter((spent) => !spent.within)
  expect(refused).toEqual({ within: false, retryAfterSeconds: expect.any(Number) })
  expect(refused && !refused.within && refused.retryAfterSeconds).toBeGreaterThan(590)
})

test('J09 two replicas share one budget', async () => {
  const replicas = [limiterOn(database), limiterOn(database)]
  const spends = []
  for (let turn = 0; turn < 12; turn++) spends.push(await replicas[turn % 2]?.spend('guess_by_source', 'shared'))
  expect(spends.filter((spent) => spent?.within)).toHaveLength(10)
})

test('C10 keys and budgets are independent', async () => {
  const limiter = limiterOn(database)
  for (let turn = 0; turn < 11; turn++) await limiter.spend('guess_by_source', 'one')
  expect(within(await limiter.spend('guess_by_source', 'two'))).toBe(true)
  expect(within(await limiter.spend('guess_by_account', 'one'))).toBe(true)
})

test('a refund returns points, and a price above one is charged in full', async () => {
  const limiter = limiterOn(database)
  expect(within(await limiter.spend('guess_by_source', 'priced', 10))).toBe(true)
  expect(within(await limiter.spend('guess_by_source', 'priced', 1))).toBe(false)
  await limiter.refund('guess_by_source', 'priced', 2)
  expect(within(await limiter.spend('guess_by_source', 'priced', 1))).toBe(true)
})

test('I10 a key is data, never SQL', async () => {
  const limiter = limiterOn(database)
  expect(within(await limiter.spend('guess_by_source', `'; drop table rate_limits; --`))).toBe(true)
  expect(within(await limiter.spend('guess_by_source', 'after'))).toBe(true)
})

test('J08 windows that have ended are removed, others remain', async () => {
  const limiter = limiterOn(database)
  await limiter.spend('guess_by_source', 'kept')
  await sweepRateLimits(database.rateLimits, new Date())
  const count = async () => (await database.orm.em.execute('select key from rate_limits')).length
  expect(await count()).toBeGreaterThan(0)
  await sweepRateLimits(database.rateLimits, new Date(Date.now() + 601_000))
  expect(await count()).toBe(0)
})

test('L08 a budget used up while the clock was a day ahead is restored when the clock is right', async () => {
  const limiter = limiterOn(database)
  expect(within(await limiter.spend('start_in_all', 'all', 3_001))).toBe(false)
  expect(within(await limiter.spend('guess_by_source', 'recent', 11))).toBe(false)
  await database.orm.em.execute(`update rate_limits set expire = expire + 86400000 where key = 'start_in_all:all'`)
  await sweepRateLimits(database.rateLimits, new Date())
  expect(within(await limiter.spend('start_in_all', 'all'))).toBe(true)
  expect(within(await limiter.spend('guess_by_source', 'recent'))).toBe(false)
})

test('J08 a spend rejects if the database is unreachable, so that callers refuse', async () => {
  const limiter = createLimiter({
    counters: { add: () => Promise.reject(new Error('gone')) },
    now: () => new Date(),
  })
  await expect(limiter.spend('start_by_source', 'x')).rejects.toThrow('gone')
})
