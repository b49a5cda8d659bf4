/** Migrating when a database is opened. */
import { addDevice, addFamily, addPerson, atSecond, sampleAuditEvent, sampleDevice } from '@osa/core/testing'
import { expect, test } from 'vitest'
import { openDatabase } from './index.ts'
import { migrations } from './migrations.ts'
import { openTestDatabase, runOn } from './testing/index.ts'
import { createSharedDatabase } from './testing/shared-postgres.ts'

test('five nodes that start on an empty database at the same time migrate it once, and all become ready', async () => {
  const databaseUrl = await createSharedDatabase({ migrated: false })
  const databases = await Promise.all(Array.from({ length: 5 }, () => openDatabase({ databaseUrl })))
  expect(await Promise.all(databases.map((database) => database.isReady()))).toEqual([true, true, true, true, true])
  const { rows } = await runOn(databaseUrl, 'select name from mikro_orm_migrations')
  expect(rows).toEqual(migrations.map(({ name }) => ({ name })))
  await Promise.all(databases.map((database) => database.close()))
})

test('L08 C15 data of an older version is kept: its sessions continue, and its user codes count as issued', async () => {
  const databaseUrl = await createSharedDatabase({ migrated: true })
  const before = await openDatabase({ databaseUrl })
  const { user } = await addPerson(before.store)
  const { family } = await addFamily(before.store, user)
  const device = await addDevice(before.store)
  await before.close()
  for (const statement of [
    'alter table device_authorizations drop column ended_at',
    'drop table ended_access_tokens, reserved_user_codes',
    `delete from mikro_orm_migrations where name = '2026-11-24-ends'`,
  ]) {
    await runOn(databaseUrl, statement)
  }
  const database = await openDatabase({ databaseUrl })
  expect(await database.store.findDeviceAuthorization(device.id)).toEqual(device)
  const ended = { ...family, revokedAt: atSecond(1), revokedBecause: 'expired' as const }
  const outcome = await database.store.transaction(async (tx) => {
    const found = await tx.lockRefreshFamily(family.id)
    await tx.saveRefreshFamily(ended)
    return found
  })
  expect(outcome).toEqual(family)
  const again = sampleDevice({ userCodeHash: device.userCodeHash })
  await runOn(databaseUrl, 'delete from device_authorizations')
  const start = { device: again, codeRestsUntil: atSecond(9), event: sampleAuditEvent() }
  expect(await database.store.startDeviceAuthorization(start)).toBe(false)
  await database.close()
})

test('a database whose encoding cannot hold every character is refused before it has tables', async () => {
  const url = new URL(await createSharedDatabase({ migrated: false }))
  const name = `${url.pathname.slice(1)}_latin1`
  await runOn(url.href, `create database ${name} encoding 'LATIN1' template template0 lc_collate 'C' lc_ctype 'C'`)
  url.pathname = `/${name}`
  await expect(openDatabase({ databaseUrl: url.href })).rejects.toMatchObject({ code: '22P05' })
  expect((await runOn(url.href, 'select from pg_tables where schemaname = current_schema')).rowCount).toBe(0)
})

test('a database without the newest migration is not ready', async () => {
  const databaseUrl = await createSharedDatabase({ migrated: true })
  const database = await openDatabase({ databaseUrl })
  await runOn(databaseUrl, 'delete from mikro_orm_migrations')
  expect(await database.isReady()).toBe(false)
  await database.close()
})

test.each(['pglite', 'postgres'] as const)('L08 on %s the database returns its clock as an instant', async (kind) => {
  await using database = await openTestDatabase(kind)
  const before = Date.now()
  const time = await database.time()
  expect(time).toBeInstanceOf(Date)
  expect(Math.abs(time.getTime() - before)).toBeLessThan(60_000) // database and test share this machine's clock
})
