/** Checks database, migrations, signing keys, clock and disk. Changes nothing, and does not migrate the database. */
import { existsSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { clockToleranceSeconds, deriveKeys } from '@osa/core'
import { type Database, type DatabaseState, DataDirectoryInUse, inspectDatabase, openDatabase } from '@osa/db'
import type { Config } from '../../config/config.ts'
import { keptSecret } from '../../config/secret-file.ts'
import { databaseName, explainKnownProblem } from '../../start-problem.ts'
import { type Finding, fix, note, ok, skipped } from './finding.ts'

export interface Examined {
  readonly findings: readonly Finding[]
  /** The open database for further checks; null if it is unavailable or not migrated. */
  readonly database: (Pick<Database, 'store'> & AsyncDisposable) | null
}

export async function examineDatabase(config: Config): Promise<Examined> {
  const disk = await examineDisk(config)
  const unasked = (database: Finding, why: string): Examined => ({
    findings: [database, skipped('migrations', why), skipped('clock', why), skipped('keys', why), disk],
    database: null,
  })
  let state: DatabaseState | null
  try {
    state = await inspectDatabase(config.database)
  } catch (error) {
    if (!(error instanceof DataDirectoryInUse))
      return unasked(unreachable(error, config), 'the database did not answer')
    const why = `a running node is using the embedded database in ${config.dataDirectory}`
    return unasked(skipped('database', why), why)
  }
  if (state === null) {
    const none = note('database', `none in ${config.dataDirectory} yet`, 'The node creates it when it first starts.')
    return unasked(none, 'there is no database yet')
  }
  const found = [server(config, state), migrations(state), clock(state)]
  if (state.missingMigrations.length > 0 || state.unknownMigrations.length > 0) {
    return { findings: [...found, skipped('keys', 'the migrations do not match this version'), disk], database: null }
  }
  const database = await openDatabase(config.database)
  return {
    findings: [...found, await signingKeys(config, database), disk],
    database: { store: database.store, [Symbol.asyncDispose]: () => database.close() },
  }
}

function unreachable(error: unknown, config: Config): Finding {
  const [found, ...todo] = explainKnownProblem(error, config)?.split('\n') ?? []
  if (found === undefined) throw error
  return fix('database', found, todo.join(' '))
}

function server(config: Config, state: DatabaseState): Finding {
  const { version, readOnly, maxConnections, connectionsPerProcess, sizeBytes } = state
  const megabytes = Math.ceil(sizeBytes / 2 ** 20)
  if ('dataDirectory' in config.database) {
    return ok('database', `embedded (PostgreSQL ${version}), ${megabytes} MiB in ${config.dataDirectory}`)
  }
  const found = `PostgreSQL ${version} at ${databaseName(config)}, ${megabytes} MiB`
  if (readOnly)
    return fix('database', `${found}, read-only`, 'Point DATABASE_URL at the primary, or give this user write access.')
  if (!state.locksHold) {
    const todo =
      'Use PostgreSQL: without these locks, processes of a node interfere with each other (apps/docs/scaling.md).'
    return fix('database', `${found}; its advisory locks do not work`, todo)
  }
  const processes = Math.floor(maxConnections / connectionsPerProcess)
  const room = `${maxConnections} connections, up to ${connectionsPerProcess} per process`
  return processes < 1
    ? fix('database', `${found}; ${room}`, 'Raise max_connections in PostgreSQL, or put PgBouncer in front.')
    : ok('database', `${found}; ${room}`)
}

function migrations({ missingMigrations: missing, unknownMigrations: unknown }: DatabaseState): Finding {
  if (unknown.length > 0) {
    const found = `a newer version of the node has migrated this database (${unknown.join(', ')})`
    return fix('migrations', found, 'Run that version, or restore a backup from before the upgrade.')
  }
  return missing.length === 0
    ? ok('migrations', 'all applied')
    : fix('migrations', `${missing.length} missing`, 'Run osa-server migrate, or start the node, which does the same.')
}

function clock({ time, askedAt }: DatabaseState): Finding {
  const aheadMs = time.getTime() - askedAt.getTime()
  const found = `${(Math.abs(aheadMs) / 1000).toFixed(1)} s between this machine and the database`
  return Math.abs(aheadMs) > clockToleranceSeconds * 1000
    ? fix(
        'clock',
        found,
        `Synchronise both by NTP. Beyond ${clockToleranceSeconds} s, valid tokens may be refused as expired or not yet valid.`,
      )
    : ok('clock', found)
}

async function signingKeys(config: Config, { store }: Database): Promise<Finding> {
  const now = new Date()
  const keys = (await store.listSigningKeys()).filter(({ retiresAt }) => retiresAt === null || retiresAt > now)
  if (keys.length === 0) return ok('keys', 'none yet; the node creates one when it starts')
  const noBytes = () => new Uint8Array()
  const secret =
    config.secret ??
    (existsSync(join(config.dataDirectory, 'secret')) ? keptSecret(config.dataDirectory, noBytes) : null)
  if (secret === null) return fix('keys', 'there is no secret to decrypt them with', 'Set OSA_SECRET as for the node.')
  const opener = deriveKeys(secret, noBytes)
  return keys.every((key) => opener.open('signingKey', key.sealedPrivateJwk, key.kid) !== null)
    ? ok('keys', `${keys.length} in service, OSA_SECRET decrypts them`)
    : fix('keys', 'encrypted with another OSA_SECRET', 'Set the right one; if it is lost, run: osa-server keys abandon')
}

const lowBytes = 2 ** 30

/** Checks the free space for the embedded database. The disk of PostgreSQL cannot be seen from here. */
async function examineDisk({ database, dataDirectory }: Config): Promise<Finding> {
  if ('databaseUrl' in database) return skipped('disk', 'the data is in PostgreSQL; monitor the disk of its machine')
  if (!existsSync(dataDirectory)) return skipped('disk', `${dataDirectory} does not exist yet`)
  const { bavail, bsize } = await statfs(dataDirectory)
  const found = `${((bavail * bsize) / 2 ** 30).toFixed(1)} GiB free at ${dataDirectory}`
  return bavail * bsize < lowBytes ? fix('disk', found, 'Free some space, or move OSA_DATA_DIR.') : ok('disk', found)
}
