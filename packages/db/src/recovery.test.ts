/** PostgreSQL dies and comes back: nothing crashes, nothing is half done, the pool recovers by itself. */
import { atSecond, sampleDevice } from '@osa/core/testing'
import { expect, test } from 'vitest'
import { isDatabaseUnavailable, openDatabase } from './index.ts'
import { openTestDatabase, startPostgres } from './testing/index.ts'

const errorOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => null,
    (error: unknown) => error,
  )

test('B31 a transaction that the server dies under is undone, meanwhile every call says so, and after a restart all goes on', async () => {
  await using server = await startPostgres()
  const database = await openDatabase({ databaseUrl: server.url() })
  const { store } = database
  const device = sampleDevice()
  await store.transaction((tx) => tx.insertDeviceAuthorization(device))
  // several idle connections, each of which will be told of the end
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

test('B30 a pool with no connection to spare refuses after its wait, and serves again as soon as there is one', async () => {
  await using database = await openTestDatabase('postgres')
  const { store } = database
  const { promise: held, resolve: letGo } = Promise.withResolvers<void>()
  const holders = Array.from({ length: 20 }, () =>
    store.transaction(async (tx) => {
      await tx.findUser('nobody')
      await held
    }),
  )
  expect(isDatabaseUnavailable(await errorOf(store.listSigningKeys()))).toBe(true)
  letGo()
  await Promise.all(holders)
  expect(await store.listSigningKeys()).toEqual([])
})

test('no statement, lock or idle transaction may last for ever', async () => {
  await using database = await openTestDatabase('postgres')
  const setting = async (name: string) =>
    (await database.query({ text: 'select current_setting($1) as value', values: [name] })).rows[0]?.value
  expect(await setting('statement_timeout')).toBe('10s')
  expect(await setting('lock_timeout')).toBe('8s')
  expect(await setting('idle_in_transaction_session_timeout')).toBe('15s')
})
