/** Opens a node's database: PostgreSQL at a URL, or an embedded one in a directory, with the same tables and stores on both. */
import { join } from 'node:path'
import type { PgliteConnection } from '@mikro-orm/pglite'
import { MikroORM, type Options } from '@mikro-orm/sql'
import type { AuthStore, ConventionStore } from '@osa/core'
import { authStore } from './auth-store.ts'
import { type Connections, connectionsOf, type DatabaseTrace, type Unit } from './connections.ts'
import { conventionStore } from './convention-store.ts'
import { lockDataDirectory } from './data-directory-lock.ts'
import { asDatabaseError, isDatabaseUnavailable } from './database-errors.ts'
import { type ClosableDecisionNotices, decisionNotices } from './decision-channel.ts'
import { embeddedOptions } from './embedded.ts'
import { embeddedListener } from './embedded-listener.ts'
import { ensureEmbedded } from './ensure-embedded.ts'
import { isMigrated, migrate } from './migrate.ts'
import { ormOptions } from './orm-options.ts'
import { postgresOptions } from './postgres.ts'
import { postgresListener } from './postgres-listener.ts'
import { type RateLimits, rateLimits } from './rate-limits.ts'
import { writeProof } from './write-proof.ts'

export interface Database {
  readonly orm: MikroORM
  readonly store: AuthStore
  readonly conventions: ConventionStore
  /** Whether the database responds, has every migration and accepts writes. */
  isReady(): Promise<boolean>
  readonly rateLimits: RateLimits
  /** The database's clock. */
  time(): Promise<Date>
  /** Closes the connections and releases the data directory. Later work is refused with `DatabaseUnavailable`. */
  close(): Promise<void>
}

export type DatabaseLocation = { readonly databaseUrl: string } | { readonly dataDirectory: string }

export interface OpenDatabaseOptions {
  /** Receives lines about lost connections and similar events; the lines contain no values. */
  readonly log?: (line: string) => void
  /** Wraps each statement and transaction. */
  readonly trace?: DatabaseTrace | null
}

/**
 * Opens and migrates the database. Rejects with `DataDirectoryInUse` when another process uses the directory, and with
 * `DatabaseUnavailable` when PostgreSQL cannot be reached.
 */
export async function openDatabase(location: DatabaseLocation & OpenDatabaseOptions): Promise<Database> {
  const { log = () => undefined, trace = null } = location
  if ('databaseUrl' in location) {
    return openWith({
      options: await postgresOptions(location.databaseUrl, log),
      databaseUrl: location.databaseUrl,
      log,
      trace,
      release: () => undefined,
    })
  }
  const lock = await lockDataDirectory(location.dataDirectory)
  try {
    const dataDir = join(location.dataDirectory, 'pg')
    await ensureEmbedded(dataDir)
    return await openWith({
      options: await embeddedOptions(dataDir),
      databaseUrl: null,
      log,
      trace,
      release: lock.release,
    })
  } catch (error) {
    lock.release()
    throw error
  }
}

/** Opens a database as `openDatabase` does, from MikroORM's options. A database with a URL may be shared with other processes. */
export async function openWith(opening: {
  options: Partial<Options>
  databaseUrl: string | null
  log: (line: string) => void
  trace?: DatabaseTrace | null
  release: () => void
}): Promise<Database> {
  // not `MikroORM.init`, which looks for extensions that are not used here and loads the migrator with them
  const orm = new MikroORM({
    ...ormOptions,
    ...opening.options,
    logger: opening.log,
  })
  try {
    // connect now: inside a transaction, connecting would wait for the only connection of an embedded database
    await orm.connect()
    await migrate(orm, opening.databaseUrl !== null)
  } catch (error) {
    await orm.close()
    throw asDatabaseError(error)
  }
  const connections = connectionsOf(orm.em, opening.trace)
  return databaseOf(orm, { connections, decisions: decisionsOf(orm, connections, opening), release: opening.release })
}

function decisionsOf(
  orm: MikroORM,
  { run }: Connections,
  { databaseUrl, log }: { databaseUrl: string | null; log: (line: string) => void },
): ClosableDecisionNotices {
  if (databaseUrl !== null) return decisionNotices(postgresListener({ databaseUrl, log }))
  const instance = () => (orm.em.getConnection() as unknown as PgliteConnection).getNativeClient()
  return decisionNotices(embeddedListener({ run, instance, log }))
}

async function databaseTime({ query }: Unit): Promise<Date> {
  const clock = query.selectNoFrom(({ fn }) => fn<Date>('clock_timestamp', []).as('now'))
  return (await clock.executeTakeFirstOrThrow()).now
}

function databaseOf(
  orm: MikroORM,
  parts: { connections: Connections; decisions: ClosableDecisionNotices; release: () => void },
): Database {
  const { connections, decisions, release } = parts
  let closing: Promise<void> | undefined
  const acceptsWrites = writeProof(connections)
  return {
    orm,
    store: authStore(connections, decisions),
    conventions: conventionStore(connections),
    rateLimits: rateLimits(connections),
    time: () => connections.run(databaseTime),
    async isReady() {
      try {
        return (await connections.run(({ em }) => isMigrated(em))) && (await acceptsWrites())
      } catch (error) {
        if (isDatabaseUnavailable(error)) return false
        throw error
      }
    },
    close() {
      connections.close()
      closing ??= decisions
        .stop()
        .then(() => orm.close())
        .finally(release)
      return closing
    },
  }
}
