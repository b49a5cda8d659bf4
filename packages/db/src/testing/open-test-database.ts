/** Opens an empty, migrated database for one test. Afterwards the database is emptied and kept for the next test. */
import { existsSync, openAsBlob } from 'node:fs'
import { PGlite } from '@electric-sql/pglite'
import { CompiledQuery } from 'kysely'
import { instanceOptions } from '../embedded.ts'
import { templatePaths, templatesDirectory } from '../embedded-template.ts'
import { entities } from '../entities.ts'
import { type Database, openDatabase, openWith } from '../open-database.ts'
import { runOn } from './postgres-server.ts'
import { createSharedDatabase } from './shared-postgres.ts'

export interface TestDatabase extends Database, AsyncDisposable {
  /** Its URL, for tests with several pools or processes; null when it is in memory. */
  readonly databaseUrl: string | null
  /** Runs any one statement. Rows have the column names of the database. */
  query(statement: { text: string; values?: readonly unknown[] }): Promise<{ rows: Record<string, unknown>[] }>
}

const queryOn =
  ({ orm }: Database): TestDatabase['query'] =>
  ({ text, values = [] }) =>
    orm.em.getKysely().executeQuery(CompiledQuery.raw(text, [...values]))

/** Opens PGlite, whose one connection cannot test locks, or a separate database on the run's shared PostgreSQL server. */
export const openTestDatabase = (kind: 'pglite' | 'postgres'): Promise<TestDatabase> =>
  kind === 'pglite' ? openInMemory() : openOnServer()

const truncateAll = (): string => `truncate ${entities.map((entity) => entity.meta.tableName).join(', ')}`

const idleUrls: string[] = []

async function openOnServer(): Promise<TestDatabase> {
  const databaseUrl = idleUrls.pop() ?? (await createSharedDatabase({ migrated: true }))
  const database = await openDatabase({ databaseUrl })
  return {
    ...database,
    query: queryOn(database),
    databaseUrl,
    async [Symbol.asyncDispose]() {
      await database.close()
      await runOn(databaseUrl, truncateAll())
      idleUrls.push(databaseUrl)
    },
  }
}

const idleInstances: PGlite[] = []

/** Starts from the template if it was built, which takes a third of the time. */
async function newInstance(): Promise<PGlite> {
  const { packed } = templatePaths(templatesDirectory)
  return PGlite.create(existsSync(packed) ? { loadDataDir: await openAsBlob(packed) } : {})
}

async function openInMemory(): Promise<TestDatabase> {
  const pglite = idleInstances.pop() ?? (await newInstance())
  const options = await instanceOptions(pglite)
  const database = await openWith({ options, databaseUrl: null, log: () => undefined, release: () => undefined })
  return {
    ...database,
    query: queryOn(database),
    databaseUrl: null,
    async [Symbol.asyncDispose]() {
      await database.close()
      await pglite.exec(truncateAll())
      idleInstances.push(pglite)
    },
  }
}
