/** Migrating at open: once, however many processes start together. */
import { expect, test } from 'vitest'
import { openDatabase } from './index.ts'
import { migrations } from './migrations.ts'
import { runOn } from './testing/index.ts'
import { createSharedDatabase } from './testing/shared-postgres.ts'

test('five nodes that start on an empty database at once migrate it once, and all are ready', async () => {
  const databaseUrl = await createSharedDatabase({ migrated: false })
  const databases = await Promise.all(Array.from({ length: 5 }, () => openDatabase({ databaseUrl })))
  expect(await Promise.all(databases.map((database) => database.isReady()))).toEqual([true, true, true, true, true])
  const { rows } = await runOn(databaseUrl, 'select name from mikro_orm_migrations')
  expect(rows).toEqual(migrations.map(({ name }) => ({ name })))
  await Promise.all(databases.map((database) => database.close()))
})

test('a database that lacks the newest migration is not ready', async () => {
  const databaseUrl = await createSharedDatabase({ migrated: true })
  const database = await openDatabase({ databaseUrl })
  await runOn(databaseUrl, 'delete from mikro_orm_migrations')
  expect(await database.isReady()).toBe(false)
  await database.close()
})
