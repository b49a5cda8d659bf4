/** The sweep with several processes: only one sweeps at a time, and it waits for no lock. */
import { randomUUID } from 'node:crypto'
import { addDevice, addFamily, addPerson, atSecond, freshSha256 } from '@osa/core/testing'
import { expect, test } from 'vitest'
import { openDatabase } from './index.ts'
import { sweepLock } from './locks.ts'
import { openTestDatabase, type TestDatabase } from './testing/index.ts'

const before = atSecond(0)
const cutoff = {
  now: before,
  idleSince: before,
  device: before,
  login: before,
  browser: before,
  family: before,
  familyIdle: before,
  signingKey: before,
  accessToken: before,
  audit: before,
  batch: 1_000,
}
const addEnded = ({ store }: TestDatabase) => addDevice(store, { expiresAt: atSecond(-1) })

test('I08 two nodes that sweep at the same time remove each row once', async () => {
  await using database = await openTestDatabase('postgres')
  const other = await openDatabase({ databaseUrl: database.databaseUrl ?? '' })
  await Promise.all(Array.from({ length: 40 }, () => addEnded(database)))
  const stores = [database.store, other.store]
  const rounds = await Promise.all(Array.from({ length: 8 }, (_, n) => stores[n % 2]?.sweep({ ...cutoff, batch: 5 })))
  let removed = rounds.reduce((sum, round) => sum + (round?.device_authorizations ?? 0), 0)
  expect(removed).toBeGreaterThan(0)
  for (let more = 1; more > 0; removed += more) {
    more = (await database.store.sweep({ ...cutoff, batch: 5 })).device_authorizations ?? 0
  }
  expect(removed).toBe(40)
  await other.close()
})

test('I08 while one node sweeps, the sweep of another does nothing', async () => {
  await using database = await openTestDatabase('postgres')
  await addEnded(database)
  const connection = database.orm.em.getKysely()
  await connection.transaction().execute(async (sweeping) => {
    await database.orm.em.getConnection().execute('select pg_advisory_xact_lock(?)', [sweepLock], 'all', sweeping)
    expect(await database.store.sweep(cutoff)).toMatchObject({ device_authorizations: 0 })
  })
  expect(await database.store.sweep(cutoff)).toMatchObject({ device_authorizations: 1 })
})

test('I08 the sweep does not wait for a locked row, and leaves it for the next round', async () => {
  await using database = await openTestDatabase('postgres')
  const [busy, idle] = [await addEnded(database), await addEnded(database)]
  await database.store.transaction(async (tx) => {
    await tx.lockDeviceAuthorization(busy.id)
    expect(await database.store.sweep(cutoff)).toMatchObject({ device_authorizations: 1 })
  })
  expect(await database.store.findDeviceAuthorization(busy.id)).toEqual(busy)
  expect(await database.store.findDeviceAuthorization(idle.id)).toBeNull()
})

test.each(['pglite', 'postgres'] as const)(
  'G14 on %s tokens from before families had generations are kept as long as their family, and removed before it',
  async (kind) => {
    await using database = await openTestDatabase(kind)
    const { store } = database
    const { user } = await addPerson(store)
    const { family } = await addFamily(store, user, { expiresAt: atSecond(-1) })
    for (let n = 0; n < 5; n++) {
      const values = [randomUUID(), family.id, freshSha256(), family.createdAt]
      const columns = '(id, family_id, token_hash, created_at, replays)'
      await database.query({ text: `insert into refresh_tokens ${columns} values ($1, $2, $3, $4, 0)`, values })
    }
    const round = async (at = cutoff) => {
      const { refresh_tokens: tokens, refresh_families: families } = await store.sweep(at)
      return { tokens, families }
    }
    expect(await round({ ...cutoff, family: atSecond(-2), familyIdle: atSecond(-2) })).toEqual({
      tokens: 0,
      families: 0,
    })
    expect(await round({ ...cutoff, batch: 3 })).toEqual({ tokens: 3, families: 0 })
    expect(await round({ ...cutoff, batch: 3 })).toEqual({ tokens: 2, families: 1 })
    expect(await store.findRefreshFamily(family.id)).toBeNull()
  },
)
