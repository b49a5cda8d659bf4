/** What only many connections can show: real PostgreSQL, three pools as three processes would have them. */
import { setTimeout as wait } from 'node:timers/promises'
import type { AuthStore, AuthTx } from '@osa/core'
import {
  atSecond,
  sampleDevice,
  sampleFamily,
  sampleIdentity,
  sampleLogin,
  sampleRefreshToken,
  sampleUser,
} from '@osa/core/testing'
import { expect, test } from 'vitest'
import { type Database, openDatabase } from './index.ts'
import { openTestDatabase, runOn, type TestDatabase } from './testing/index.ts'

/** One database seen by three nodes. `spread(n, work)` runs `work` n times at once, in turn on each node. */
const threeNodes = async () => {
  const first: TestDatabase = await openTestDatabase('postgres')
  const databaseUrl = first.databaseUrl ?? ''
  const others = await Promise.all([openDatabase({ databaseUrl }), openDatabase({ databaseUrl })])
  const nodes: Database[] = [first, ...others]
  return {
    store: first.store,
    query: first.query,
    databaseUrl,
    spread: <T>(count: number, work: (store: Database['store'], index: number) => Promise<T>): Promise<T[]> =>
      Promise.all(Array.from({ length: count }, (_, index) => work((nodes[index % 3] ?? first).store, index))),
    async [Symbol.asyncDispose]() {
      await Promise.all(others.map((other) => other.close()))
      await first[Symbol.asyncDispose]()
    },
  }
}

/**
 * Runs `work` while a transaction holds the lock that `lock` takes, and lets go once thirty others stand in line for it: so that they
 * do meet, whatever the speed of the machine.
 */
const inLine = async <T>(
  { store, databaseUrl }: Awaited<ReturnType<typeof threeNodes>>,
  lock: (tx: AuthTx) => Promise<unknown>,
  work: () => Promise<T>,
): Promise<T> => {
  // on a connection of its own: the pools are full of those who wait
  const waiting = async (): Promise<number> => {
    const text = `select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`
    return (await runOn(databaseUrl, text)).rows.length
  }
  const { promise: finished, resolve } = Promise.withResolvers<Promise<T>>()
  await store.transaction(async (tx) => {
    await lock(tx)
    resolve(work())
    while ((await waiting()) < 30) await wait(5)
  })
  return finished
}

test('E04 of 100 callbacks with one login transaction exactly one gets it', async () => {
  await using nodes = await threeNodes()
  const login = sampleLogin()
  await nodes.store.transaction((tx) => tx.insertLoginTransaction(login))
  const taken = await nodes.spread(100, (store) => store.transaction((tx) => tx.takeLoginTransaction(login)))
  expect(taken.filter((row) => row !== null)).toEqual([{ ...login, taken: true }])
})

test('E13 of 50 first sign-ins of one subject exactly one makes the person, and nobody is left without an identity', async () => {
  await using nodes = await threeNodes()
  const made = await nodes.spread(50, (store) => {
    const user = sampleUser()
    const identity = sampleIdentity(user, { subject: '0000-0002-1825-0097' })
    return store.transaction((tx) => tx.insertUser(user, identity))
  })
  expect(made.filter(Boolean)).toHaveLength(1)
  expect((await nodes.query({ text: 'select id from users' })).rows).toHaveLength(1)
})

test('B02 B03 of 200 polls at one instant one is on time, and each of the others lengthens the interval', async () => {
  await using nodes = await threeNodes()
  const device = sampleDevice({ expiresAt: atSecond(10_000) })
  await nodes.store.transaction((tx) => tx.insertDeviceAuthorization(device))
  const query = { deviceCodeHash: device.deviceCodeHash, clientIds: ['osa-cli'], now: atSecond(1) }
  const polls = await inLine(
    nodes,
    (tx) => tx.lockDeviceAuthorization(device.id),
    () => nodes.spread(200, (store) => store.pollPending(query)),
  )
  const intervals = polls.flatMap((poll) => (poll?.early ? [poll.pollIntervalSeconds] : []))
  expect(intervals.sort((a, b) => a - b)).toEqual(Array.from({ length: 199 }, (_, n) => 10 + 5 * n))
  expect(polls.filter((poll) => poll?.early === false)).toHaveLength(1)
  const stored = await nodes.store.findDeviceAuthorization(device.id)
  expect(stored).toMatchObject({ pollIntervalSeconds: 1_000, lastPolledAt: atSecond(1) })
})

test('B07 of 100 polls of an approved code exactly one redeems it, and none is lost to a deadlock', async () => {
  await using nodes = await threeNodes()
  const user = sampleUser()
  const device = sampleDevice({ status: 'authorized', claimedByUserId: user.id })
  await nodes.store.transaction(async (tx) => {
    await tx.insertUser(user, sampleIdentity(user))
    await tx.insertDeviceAuthorization(device)
  })
  const redeem = (store: AuthStore) =>
    store.transaction(async (tx) => {
      const row = await tx.lockDeviceAuthorizationByDeviceCodeHash(device.deviceCodeHash)
      if (row?.status !== 'authorized') return false
      const family = sampleFamily(user)
      await tx.insertRefreshFamily(family)
      await tx.insertRefreshToken(sampleRefreshToken(family))
      await tx.saveDeviceAuthorization({ ...row, status: 'consumed', familyId: family.id })
      return true
    })
  const redeemed = await inLine(
    nodes,
    (tx) => tx.lockDeviceAuthorization(device.id),
    () => nodes.spread(100, redeem),
  )
  expect(redeemed.filter(Boolean)).toHaveLength(1)
  expect((await nodes.query({ text: 'select id from refresh_families' })).rows).toHaveLength(1)
})

test('G05 refreshes of one family stand in one line: each sees what the one before it wrote', async () => {
  await using nodes = await threeNodes()
  const user = sampleUser()
  const family = sampleFamily(user)
  const token = sampleRefreshToken(family)
  await nodes.store.transaction(async (tx) => {
    await tx.insertUser(user, sampleIdentity(user))
    await tx.insertRefreshFamily(family)
    await tx.insertRefreshToken(token)
  })
  const rotate = (store: AuthStore, index: number) =>
    store.transaction(async (tx) => {
      const found = await tx.lockRefreshToken(token.tokenHash)
      if (!found) return 'lost'
      if (found.token.usedAt === null) {
        const successor = sampleRefreshToken(family)
        await tx.insertRefreshToken(successor)
        await tx.saveRefreshToken({ ...found.token, usedAt: atSecond(index), successorId: successor.id })
        return 'rotated'
      }
      await tx.saveRefreshToken({ ...found.token, replays: found.token.replays + 1 })
      return found.successor ? 'replayed' : 'successor missing'
    })
  const outcomes = await inLine(
    nodes,
    (tx) => tx.lockRefreshFamily(family.id),
    () => nodes.spread(60, rotate),
  )
  expect(outcomes.toSorted()).toEqual([...Array<string>(59).fill('replayed'), 'rotated'])
  const after = await nodes.store.transaction((tx) => tx.lockRefreshToken(token.tokenHash))
  expect(after?.token.replays).toBe(59)
})

test('A22 of 30 starts with one user code exactly one is inserted', async () => {
  await using nodes = await threeNodes()
  const { userCodeHash } = sampleDevice()
  const inserted = await nodes.spread(30, (store) =>
    store.transaction((tx) => tx.insertDeviceAuthorization(sampleDevice({ userCodeHash }))),
  )
  expect(inserted.filter(Boolean)).toHaveLength(1)
})
