/** Concurrent operations, on real PostgreSQL with three pools, as three node processes would have. */
import { randomBytes } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { type AuthStore, type AuthTx, createOperator, type DeviceCode, sha256 } from '@osa/core'
import {
  addDevice,
  addFamily,
  addPerson,
  atSecond,
  manualClock,
  sampleAuditEvent,
  sampleDevice,
  sampleFamily,
  sampleIdentity,
  sampleLogin,
  sampleUser,
  testAuth,
  testRequester,
} from '@osa/core/testing'
import { expect, test } from 'vitest'
import { type Database, openDatabase } from './index.ts'
import { openTestDatabase, runOn, type TestDatabase } from './testing/index.ts'

/** Opens one database at three nodes. `spread(n, work)` runs `work` n times concurrently, on each node in turn. */
async function threeNodes() {
  const first: TestDatabase = await openTestDatabase('postgres')
  const databaseUrl = first.databaseUrl ?? ''
  const others = await Promise.all([openDatabase({ databaseUrl }), openDatabase({ databaseUrl })])
  const nodes: Database[] = [first, ...others]
  return {
    nodes,
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
 * Runs `work` while a transaction holds the lock that `lock` takes, and releases it when thirty others wait for it. That way they do
 * compete, whatever the speed of the machine.
 */
async function inLine<T>(
  { store, databaseUrl }: Awaited<ReturnType<typeof threeNodes>>,
  lock: (tx: AuthTx) => Promise<unknown>,
  work: () => Promise<T>,
): Promise<T> {
  // on a separate connection, because the waiting transactions use up the pools
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

/** Starts a sign-in that stays pending, with core's rules at each node and a clock that stands still. */
async function pendingAt({ nodes, store }: Awaited<ReturnType<typeof threeNodes>>) {
  const { now } = manualClock()
  const world = nodes.map((node) => testAuth({ store: node.store, now, random: randomBytes }))
  const { device_code: deviceCode } = (await world[0]?.start()) ?? { device_code: '' }
  const polled = await store.findPolled(sha256(deviceCode as DeviceCode))
  return { world, deviceCode, id: polled?.device.id ?? '' }
}

/** Returns the audit events made by `sampleAuditEvent`, without those of added rows. */
const eventsOf = (store: AuthStore) => store.listAuditEvents({ limit: 1_000, event: 'device.start' })

test('L05 of two administrators who remove each other’s role at the same time at two nodes, one stays', async () => {
  await using nodes = await threeNodes()
  const { world } = await pendingAt(nodes)
  const admins = await Promise.all(
    ['ada', 'bob'].map(async (subject, index) => {
      const at = world[index]
      if (!at) throw new Error('there are three nodes')
      const { browser } = await at.arrive((await at.start()).user_code, subject)
      return { at, browser, operator: createOperator(at.deps), identity: browser.identity }
    }),
  )
  for (let round = 0; round < 20; round++) {
    for (const { operator, identity } of admins) await operator.setRole(identity, 'admin')
    const outcomes = await Promise.all(
      admins.map(({ at, browser }, index) => {
        const userId = admins[1 - index]?.browser.user.id ?? ''
        return at.auth.administration.setRole({ browser, requester: testRequester, userId, role: 'user' })
      }),
    )
    expect(outcomes.sort()).toEqual(['done', 'not_admin'])
  }
})

test('E04 of 100 callbacks with one login transaction exactly one takes it', async () => {
  await using nodes = await threeNodes()
  const login = sampleLogin()
  await nodes.store.transaction((tx) => tx.insertLoginTransaction(login))
  const taken = await nodes.spread(100, (store) => store.transaction((tx) => tx.takeLoginTransaction(login)))
  expect(taken.filter((row) => row !== null)).toEqual([{ ...login, taken: true }])
})

test('E13 of 50 first sign-ins of one subject exactly one creates the person, and no person is left without an identity', async () => {
  await using nodes = await threeNodes()
  const made = await nodes.spread(50, (store) => {
    const user = sampleUser()
    const identity = sampleIdentity(user, { subject: '0000-0002-1825-0097' })
    return store.transaction((tx) => tx.insertUser(user, identity))
  })
  expect(made.filter(Boolean)).toHaveLength(1)
  expect((await nodes.query({ text: 'select id from users' })).rows).toHaveLength(1)
})

test('B02 B03 of 200 polls that read the same row, one changes it', async () => {
  await using nodes = await threeNodes()
  const read = await addDevice(nodes.store, { expiresAt: atSecond(10_000) })
  const next = { ...read, lastPolledAt: atSecond(1) }
  const polls = await inLine(
    nodes,
    (tx) => tx.lockDeviceAuthorization(read.id),
    () => nodes.spread(200, (store) => store.movePolled({ read, next })),
  )
  expect(polls.filter(Boolean)).toHaveLength(1)
  expect(await nodes.store.findDeviceAuthorization(read.id)).toEqual(next)
})

test('B02 B03 of 60 polls at one instant, one is on time, each slow_down lengthens the interval, and the rest are told to try again', async () => {
  await using nodes = await threeNodes()
  const { world, deviceCode, id } = await pendingAt(nodes)
  const answers = await Promise.all(Array.from({ length: 60 }, (_, index) => world[index % 3]?.poll(deviceCode)))
  const errors = answers.map((answer) => answer && 'error' in answer && answer.error)
  const counted = (error: string) => errors.filter((other) => other === error).length
  expect(counted('authorization_pending')).toBe(1)
  expect(counted('authorization_pending') + counted('slow_down') + counted('temporarily_unavailable')).toBe(60)
  const stored = await nodes.store.findDeviceAuthorization(id)
  expect(stored?.pollIntervalSeconds).toBe(5 + 5 * counted('slow_down'))
})

test('B07 of 100 polls of an approved code exactly one redeems it, without a deadlock', async () => {
  await using nodes = await threeNodes()
  const { user } = await addPerson(nodes.store)
  const read = await addDevice(nodes.store, { status: 'authorized', claimedByUserId: user.id })
  const redeem = (store: AuthStore) => {
    const family = sampleFamily(user)
    const next = { ...read, status: 'consumed' as const, familyId: family.id }
    return store.redeemDeviceAuthorization({ read, next, family, event: sampleAuditEvent() })
  }
  const redeemed = await inLine(
    nodes,
    (tx) => tx.lockDeviceAuthorization(read.id),
    () => nodes.spread(100, redeem),
  )
  expect(redeemed.filter(Boolean)).toHaveLength(1)
  expect((await nodes.query({ text: 'select id from refresh_families' })).rows).toHaveLength(1)
  expect(await eventsOf(nodes.store)).toHaveLength(1)
})

test('B02 a locked code does not delay polls of other codes, and its own poll applies when the lock is released', async () => {
  await using nodes = await threeNodes()
  const add = () => addDevice(nodes.store, { expiresAt: atSecond(10_000) })
  const held = await add()
  const others = await Promise.all(Array.from({ length: 19 }, add))
  const move = (read: typeof held) => nodes.store.movePolled({ read, next: { ...read, lastPolledAt: atSecond(1) } })
  let heldHasMoved = false
  const { promise: finished, resolve } = Promise.withResolvers<Promise<boolean>>()
  await nodes.store.transaction(async (tx) => {
    await tx.lockDeviceAuthorization(held.id)
    const first = move(others[0] ?? held)
    resolve(
      move(held).finally(() => {
        heldHasMoved = true
      }),
    )
    expect(await Promise.all([first, ...others.slice(1).map(move)])).toEqual(others.map(() => true))
    expect(heldHasMoved).toBe(false)
  })
  expect(await finished).toBe(true)
})

test('B07 a redemption that the database refuses does not fail the others in its batch', async () => {
  await using nodes = await threeNodes()
  const [{ user }, stranger] = [await addPerson(nodes.store), sampleUser()]
  const add = () => addDevice(nodes.store, { status: 'authorized', claimedByUserId: user.id })
  const reads = await Promise.all(Array.from({ length: 20 }, add))
  const outcomes = await Promise.allSettled(
    reads.map((read, index) => {
      const family = sampleFamily(index === 7 ? stranger : user)
      const next = { ...read, status: 'consumed' as const, familyId: family.id }
      return nodes.store.redeemDeviceAuthorization({ read, next, family, event: sampleAuditEvent() })
    }),
  )
  const expected = reads.map((_, index) => (index === 7 ? 'rejected' : true))
  expect(outcomes.map((one) => (one.status === 'fulfilled' ? one.value : one.status))).toEqual(expected)
  expect((await nodes.query({ text: 'select id from refresh_families' })).rows).toHaveLength(19)
  expect(await eventsOf(nodes.store)).toHaveLength(19)
})

test('G05 concurrent refreshes of many families at three nodes, in any order, rotate each family once and cause no deadlock', async () => {
  await using nodes = await threeNodes()
  const { user } = await addPerson(nodes.store)
  const added = await Promise.all(Array.from({ length: 100 }, () => addFamily(nodes.store, user)))
  const families = added.map(({ family }) => family)
  const outcomes = await nodes.spread(600, (store, index) => {
    const read = families[(index * (1 + (index % 3) * 2)) % 100] ?? sampleFamily(user)
    const next = { ...read, generation: 1, lastUsedAt: atSecond(index) }
    return store.moveRefreshFamily({ read, next, events: [sampleAuditEvent({ familyId: read.id })] })
  })
  const rotated = await nodes.query({ text: 'select id from refresh_families where generation = 1' })
  expect(outcomes.filter(Boolean)).toHaveLength(rotated.rows.length)
  const audited = new Set((await eventsOf(nodes.store)).map(({ familyId }) => familyId))
  expect(audited.size).toBe(rotated.rows.length)
})

test('G05 of 60 refreshes of one family that read the same row, exactly one rotates it', async () => {
  await using nodes = await threeNodes()
  const { user } = await addPerson(nodes.store)
  const { family: read } = await addFamily(nodes.store, user)
  const rotate = (store: AuthStore, index: number) =>
    store.moveRefreshFamily({
      read,
      next: { ...read, generation: 1, lastUsedAt: atSecond(index) },
      events: [sampleAuditEvent()],
    })
  const outcomes = await inLine(
    nodes,
    (tx) => tx.lockRefreshFamily(read.id),
    () => nodes.spread(60, rotate),
  )
  expect(outcomes.filter(Boolean)).toHaveLength(1)
  const after = await nodes.store.findRefreshFamily(read.id)
  expect(after?.family).toMatchObject({ generation: 1, lastUsedAt: atSecond(outcomes.indexOf(true)) })
  expect(await eventsOf(nodes.store)).toHaveLength(1)
})

test('A22 of 30 starts with one user code exactly one is inserted', async () => {
  await using nodes = await threeNodes()
  const { userCodeHash } = sampleDevice()
  const inserted = await nodes.spread(30, (store) => {
    const device = sampleDevice({ userCodeHash })
    return store.startDeviceAuthorization({ device, codeRestsUntil: atSecond(86_400), event: sampleAuditEvent() })
  })
  expect(inserted.filter(Boolean)).toHaveLength(1)
})
