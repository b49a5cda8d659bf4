/** Inspects a database without changing it: the server, its clock, and the migrations that have run. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { MikroORM, type Options } from '@mikro-orm/sql'
import { connectionsOf, type Unit } from './connections.ts'
import { lockDataDirectory } from './data-directory-lock.ts'
import { asDatabaseError } from './database-errors.ts'
import { embeddedOptions } from './embedded.ts'
import { doLocksHold } from './locks.ts'
import { migrationsRun } from './migrate.ts'
import { migrationNames } from './migration-names.ts'
import type { DatabaseLocation } from './open-database.ts'
import { ormOptions } from './orm-options.ts'
import { connectionsPerProcess, postgresOptions } from './postgres.ts'

export interface DatabaseState {
  /** The server's version, such as `18.4`. */
  readonly version: string
  /** The database's clock, and this machine's clock halfway between query and result. */
  readonly time: Date
  readonly askedAt: Date
  /** Whether the server is a standby, or the role or database was made read-only. */
  readonly readOnly: boolean
  /** Whether advisory locks exclude other connections, which several processes depend on. Always true for an embedded database. */
  readonly locksHold: boolean
  readonly sizeBytes: number
  /** The number of connections that the server allows, and the most that one process of a node opens. */
  readonly maxConnections: number
  readonly connectionsPerProcess: number
  /** Migrations of this version that have not run. */
  readonly missingMigrations: readonly string[]
  /** Migrations that have run but that this version does not know: they are from a newer version. */
  readonly unknownMigrations: readonly string[]
}

/**
 * Describes the database without migrating it. Resolves to null if there is no embedded database yet. Rejects as `openDatabase` does: with
 * `DataDirectoryInUse` while a node uses the directory, and with `DatabaseUnavailable` when PostgreSQL cannot be reached.
 */
export async function inspectDatabase(location: DatabaseLocation): Promise<DatabaseState | null> {
  if ('databaseUrl' in location) return inspect(await postgresOptions(location.databaseUrl, () => undefined), true)
  const dataDir = join(location.dataDirectory, 'pg')
  if (!existsSync(dataDir)) return null
  const lock = await lockDataDirectory(location.dataDirectory)
  try {
    return await inspect(await embeddedOptions(dataDir), false)
  } finally {
    lock.release()
  }
}

async function inspect(options: Partial<Options>, shared: boolean): Promise<DatabaseState> {
  const orm = new MikroORM({ ...ormOptions, ...options, logger: () => undefined })
  try {
    await orm.connect()
    const connections = connectionsOf(orm.em)
    const state = await connections.run(stateOf)
    return { ...state, locksHold: !shared || (await doLocksHold(connections)) }
  } catch (error) {
    throw asDatabaseError(error)
  } finally {
    await orm.close()
  }
}

async function stateOf({ em, query }: Unit): Promise<Omit<DatabaseState, 'locksHold'>> {
  const askedAtMs = Date.now()
  const { time, ...server } = await query
    .selectNoFrom(({ fn, val }) => [
      fn<Date>('clock_timestamp', []).as('time'),
      fn<string>('current_setting', [val('server_version')]).as('version'),
      fn<string>('current_setting', [val('transaction_read_only')]).as('readOnly'),
      fn<string>('current_setting', [val('max_connections')]).as('maxConnections'),
      fn<string>('pg_database_size', [fn('current_database', [])]).as('sizeBytes'),
    ])
    .executeTakeFirstOrThrow()
  const askedAt = new Date((askedAtMs + Date.now()) / 2)
  const run = await migrationsRun(em)
  return {
    version: server.version,
    time,
    askedAt,
    readOnly: server.readOnly === 'on',
    sizeBytes: Number(server.sizeBytes),
    maxConnections: Number(server.maxConnections),
    connectionsPerProcess,
    missingMigrations: migrationNames.filter((name) => !run.has(name)),
    unknownMigrations: [...run].filter((name) => !migrationNames.includes(name)),
  }
}
