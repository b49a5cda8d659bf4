/** PostgreSQL stops and starts again: the process keeps running, no transaction is half done, and the pool recovers by itself. */
import { addDevice, atSecond } from '@osa/core/testing'
import { expect, test } from 'vitest'
import { isDatabaseUnavailable, openDatabase } from './index.ts'
import { openTestDatabase, startPostgres } from './testing/index.ts'

const errorOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => null,
    (error: unknown) => error,
  )

test('B31 a transaction is undone if the server stops during it; calls reject as unavailable until a restart, then work again', async () => {
  await using server = await startPostgres()
  const database = await openDatabase({ databaseUrl: server.url() })
  const { store } = database
  const device = await addDevice(store)
  // several idle connections, each of which the stopping server closes
  await Promise.all(Array.from({ length: 8 }, () => store.listSigningKeys()))

  const underway = store.transaction(async (tx) => {
    await tx.saveDeviceAuthorization({ ...device, status: 'denied' })
    await server.stop()
    await tx.findUser(device.id)
  })
  expect(isDatabaseUnavailable(await errorOf(underway))).toBe(true)
  expect(await database.isReady()).toBe(false)
  const poll = { read: device, next: { ...device, lastPolledAt: atSecond(1) } }
  expect(isDatabaseUnavailable(await errorOf(store.movePolled(poll)))).toBe(true)
  expect(isDatabaseUnavailable(await errorOf(store.transaction((tx) => tx.lockSigningKeys())))).toBe(true)
  expect(isDatabaseUnavailable(await errorOf(openDatabase({ databaseUrl: server.url() })))).toBe(true)

  await server.start()
  expect(await database.isReady()).toBe(true)
  expect(await store.findDeviceAuthorization(device.id)).toEqual(device)
  expect(await store.movePolled(poll)).toBe(true)
  await database.close()
})

test('B30 a pool with no free connection refuses after a limited wait, and serves again as soon as one is free', async () => {
  await using database = await openTestDatabase('postgres')
  const { store } = database
  const { promise: held, resolve: release } = Promise.withResolvers<void>()
  const holders = Array.from({ length: 20 }, () =>
    store.transaction(async (tx) => {
      await tx.findUser('nobody')
      await held
    }),
  )
  expect(isDatabaseUnavailable(await errorOf(store.listSigningKeys()))).toBe(true)
  release()
  await Promise.all(holders)
  expect(await store.listSigningKeys()).toEqual([])
})

test('statements, waits for locks and idle transactions have time limits', async () => {
  await using database = await openTestDatabase('postgres')
  const setting = async (name: string) =>
    (await database.query({ text: 'select current_setting($1) as value', values: [name] })).rows[0]?.value
  expect(await setting('statement_timeout')).toBe('10s')
  expect(await setting('lock_timeout')).toBe('8s')
  expect(await setting('idle_in_transaction_session_timeout')).toBe('15s')
})
