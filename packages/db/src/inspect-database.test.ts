/** Inspecting a database without changing it, on both engines. */
import { existsSync, mkdtempDisposableSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { DataDirectoryInUse } from './data-directory-lock.ts'
import { inspectDatabase } from './inspect-database.ts'
import { migrationNames } from './migration-names.ts'
import { openDatabase } from './open-database.ts'
import { runOn } from './testing/postgres-server.ts'
import { createSharedDatabase } from './testing/shared-postgres.ts'

test('inspecting an empty PostgreSQL database returns its version, clock and missing migrations, and leaves it empty', async () => {
  const databaseUrl = await createSharedDatabase({ migrated: false })
  const state = await inspectDatabase({ databaseUrl })
  expect(state).toMatchObject({ missingMigrations: migrationNames, unknownMigrations: [], readOnly: false })
  expect(state?.version).toMatch(/^\d+/)
  expect(state?.maxConnections).toBe(300)
  expect(Math.abs((state?.time.getTime() ?? 0) - (state?.askedAt.getTime() ?? 0))).toBeLessThan(60_000)
  const tables = await runOn(databaseUrl, `select from pg_tables where schemaname = 'public'`)
  expect(tables.rows).toHaveLength(0)
})

test('a migrated database misses no migration; one from a newer version and a read-only one are reported as such', async () => {
  const databaseUrl = await createSharedDatabase({ migrated: true })
  expect(await inspectDatabase({ databaseUrl })).toMatchObject({
    missingMigrations: [],
    unknownMigrations: [],
    locksHold: true,
  })
  await runOn(databaseUrl, `insert into mikro_orm_migrations (name) values ('2999-01-01-newer')`)
  const { pathname } = new URL(databaseUrl)
  await runOn(databaseUrl, `alter database ${pathname.slice(1)} set default_transaction_read_only = on`)
  expect(await inspectDatabase({ databaseUrl })).toMatchObject({
    unknownMigrations: ['2999-01-01-newer'],
    readOnly: true,
  })
})

test('an embedded database is inspected only if it exists and no node is using it', async () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'osa-inspect-'))
  const dataDirectory = join(folder.path, 'data')
  expect(await inspectDatabase({ dataDirectory })).toBeNull()
  expect(existsSync(dataDirectory)).toBe(false)
  const database = await openDatabase({ dataDirectory })
  await expect(inspectDatabase({ dataDirectory })).rejects.toBeInstanceOf(DataDirectoryInUse)
  await database.close()
  expect(await inspectDatabase({ dataDirectory })).toMatchObject({ missingMigrations: [], readOnly: false })
})

test('an engine whose advisory locks exclude nobody is detected', async () => {
  const databaseUrl = await createSharedDatabase({ migrated: true })
  const { pathname } = new URL(databaseUrl)
  const alwaysTrue = 'returns boolean language sql as $$ select true $$'
  await runOn(databaseUrl, `create function public.pg_try_advisory_xact_lock(bigint) ${alwaysTrue}`)
  await runOn(databaseUrl, `alter database ${pathname.slice(1)} set search_path = public, pg_catalog`)
  expect(await inspectDatabase({ databaseUrl })).toMatchObject({ locksHold: false })
})
