/** Settings of a server, a database or a role either change no result, or make the database unavailable. */
import { sampleIdentity, sampleSigningKey, sampleUser } from '@osa/core/testing'
import { expect, test } from 'vitest'
import { isDatabaseUnavailable, openDatabase } from './index.ts'
import { readInstant } from './instants.ts'
import { runOn, startPostgres } from './testing/postgres-server.ts'

const endBackends = `select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and backend_type = 'client backend'`

test('B30 B31 a database that became read-only is unavailable and not ready, and recovers by itself once it is writable', async () => {
  await using server = await startPostgres()
  const database = await openDatabase({ databaseUrl: server.url() })
  const user = sampleUser()
  const write = () => database.store.transaction((tx) => tx.insertUser(user, sampleIdentity(user)))
  const failure = async () => {
    try {
      await write()
      return null
    } catch (error) {
      return error
    }
  }
  await runOn(server.url(), 'alter role postgres set default_transaction_read_only = on')
  await runOn(server.url(), endBackends)
  for (let round = 0; round < 3; round++) expect(isDatabaseUnavailable(await failure())).toBe(true)
  await Promise.all(Array.from({ length: 5 }, () => database.store.listSigningKeys()))
  await expect.poll(() => database.isReady()).toBe(false)
  await runOn(server.url(), 'begin read write; alter role postgres reset default_transaction_read_only; commit')
  // connections that were opened in the meantime are still read-only: each is closed after its first write
  let failures = 0
  while ((await failure()) !== null) failures++
  expect(failures).toBeLessThanOrEqual(3)
  await expect.poll(() => database.isReady()).toBe(true)
  await database.close()
})

test('B30 B31 a standby is neither read nor written, since its data may be out of date; once promoted, it is used without a restart', async () => {
  await using server = await startPostgres()
  const database = await openDatabase({ databaseUrl: server.url() })
  await server.stop()
  await server.makeStandby()
  // `start` resolves only when the server accepts writes
  const promoted = server.start()
  const isStandby = async () => {
    try {
      return (await runOn(server.url(), 'select pg_is_in_recovery() as standby')).rows[0]?.standby
    } catch {
      return 'not yet'
    }
  }
  await expect.poll(isStandby).toBe(true)
  const read = () => database.store.listSigningKeys()
  for (let round = 0; round < 3; round++) await expect(read()).rejects.toMatchObject({ code: '25006' })
  await expect(openDatabase({ databaseUrl: server.url() })).rejects.toMatchObject({ code: '25006' })
  expect(await database.isReady()).toBe(false)
  await runOn(server.url(), 'select pg_promote()')
  await promoted
  expect(await read()).toEqual([])
  expect(await database.isReady()).toBe(true)
  await database.close()
})

test('a readiness check leaves nothing in the database', async () => {
  await using server = await startPostgres()
  const database = await openDatabase({ databaseUrl: server.url() })
  expect(await Promise.all([database.isReady(), database.isReady(), database.isReady()])).toEqual([true, true, true])
  expect((await runOn(server.url(), 'select * from rate_limits')).rowCount).toBe(0)
  await database.close()
})

test('B30 a database without its tables is not ready', async () => {
  await using server = await startPostgres()
  const database = await openDatabase({ databaseUrl: server.url() })
  await runOn(server.url(), 'drop schema public cascade')
  expect(await database.isReady()).toBe(false)
  await database.close()
})

const hostile = {
  DateStyle: 'German',
  IntervalStyle: 'iso_8601',
  TimeZone: 'Asia/Kolkata',
  bytea_output: 'escape',
  standard_conforming_strings: 'off',
  client_encoding: 'LATIN1',
  extra_float_digits: '-15',
  default_transaction_isolation: 'serializable',
  transform_null_equals: 'on',
}

test('instants and texts are read as they were written, whatever the settings of the role', async () => {
  await using server = await startPostgres()
  for (const [name, value] of Object.entries(hostile)) {
    await runOn(server.url(), `alter role postgres set ${name} = '${value}'`)
  }
  const database = await openDatabase({ databaseUrl: server.url() })
  const createdAt = new Date('2026-02-03T04:05:06.789Z')
  const key = sampleSigningKey({ createdAt, publicJwk: '\u2603 a\\b' })
  await database.store.transaction((tx) => tx.insertSigningKey(key))
  expect(await database.store.listSigningKeys()).toEqual([key])
  const setting = async (name: string) =>
    (await database.orm.em.execute<{ value: string }[]>('select current_setting(?) as value', [name]))[0]?.value
  expect(await setting('DateStyle')).toBe('ISO, YMD')
  expect(await setting('default_transaction_isolation')).toBe('read committed')
  await database.close()
})

test.each(['03.02.2026 04:05:06.789 UTC', '03/02/2026 04:05:06 UTC', 'Tue 03 Feb 04:05:06 2026 UTC', ''])(
  'a date in another style is refused, not guessed: %j',
  (text) => {
    expect(() => readInstant(text)).toThrow(/DateStyle/)
  },
)
