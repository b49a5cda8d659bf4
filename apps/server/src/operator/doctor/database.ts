/** Database, migrations, signing keys, clock and disk. Nothing is changed: a database that is not migrated stays so. */
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
  /** Open, for what else there is to ask; null when it cannot be asked. */
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
    const why = `a running node has the embedded database in ${config.dataDirectory}`
    return unasked(skipped('database', why), why)
  }
  if (state === null) {
    const none = note(
      'database',
      `there is none in ${config.dataDirectory} yet`,
      'The node makes it when it first starts.',
    )
    return unasked(none, 'there is no database yet')
  }
  const found = [server(config, state), migrations(state), clock(state)]
  if (state.missingMigrations.length > 0 || state.unknownMigrations.length > 0) {
    return { findings: [...found, skipped('keys', 'the migrations do not fit'), disk], database: null }
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
    return fix('database', `${found}, read-only`, 'Point DATABASE_URL at the primary, or let this user write.')
  if (!state.locksHold) {
    const todo = 'Use PostgreSQL: processes of a node would get in one another’s way (apps/docs/scaling.md).'
    return fix('database', `${found}, whose advisory locks keep nobody out`, todo)
  }
  const processes = Math.floor(maxConnections / connectionsPerProcess)
  const room = `${maxConnections} connections, up to ${connectionsPerProcess} a process`
  return processes < 1
    ? fix('database', `${found}; ${room}`, 'Raise max_connections in PostgreSQL, or put PgBouncer in front.')
    : ok('database', `${found}; ${room}`)
}

function migrations({ missingMigrations: missing, unknownMigrations: unknown }: DatabaseState): Finding {
  if (unknown.length > 0) {
    const found = `a newer version of the node was here (${unknown.join(', ')})`
    return fix('migrations', found, 'Run that version, or go back to a backup from before it.')
  }
  return missing.length === 0
    ? ok('migrations', 'all have run')
    : fix('migrations', `${missing.length} missing`, 'osa-server migrate, or start the node, which does the same.')
}

function clock({ time, askedAt }: DatabaseState): Finding {
  const aheadMs = time.getTime() - askedAt.getTime()
  const found = `${(Math.abs(aheadMs) / 1000).toFixed(1)} s between this machine and the database`
  return Math.abs(aheadMs) > clockToleranceSeconds * 1000
    ? fix(
        'clock',
        found,
        `Set both by NTP. Beyond ${clockToleranceSeconds} s, tokens of one are too new or too old for the other.`,
      )
    : ok('clock', found)
}

async function signingKeys(config: Config, { store }: Database): Promise<Finding> {
  const now = new Date()
  const keys = (await store.listSigningKeys()).filter(({ retiresAt }) => retiresAt === null || retiresAt > now)
  if (keys.length === 0) return ok('keys', 'none yet; the node makes one when it starts')
  const noBytes = () => new Uint8Array()
  const secret =
    config.secret ??
    (existsSync(join(config.dataDirectory, 'secret')) ? keptSecret(config.dataDirectory, noBytes) : null)
  if (secret === null) return fix('keys', 'there is no secret to open them with', 'Set OSA_SECRET as the node has it.')
  const opener = deriveKeys(secret, noBytes)
  return keys.every((key) => opener.open('signingKey', key.sealedPrivateJwk, key.kid) !== null)
    ? ok('keys', `${keys.length} in service, opened by OSA_SECRET`)
    : fix('keys', 'sealed under another OSA_SECRET', 'Set the right one; if it is lost: osa-server keys abandon')
}

const lowBytes = 2 ** 30

/** The disk of a PostgreSQL elsewhere cannot be seen from here. */
async function examineDisk({ database, dataDirectory }: Config): Promise<Finding> {
  if ('databaseUrl' in database) return skipped('disk', "it is PostgreSQL's own; watch it where it runs")
  if (!existsSync(dataDirectory)) return skipped('disk', `there is no ${dataDirectory} yet`)
  const { bavail, bsize } = await statfs(dataDirectory)
  const found = `${((bavail * bsize) / 2 ** 30).toFixed(1)} GiB free at ${dataDirectory}`
  return bavail * bsize < lowBytes ? fix('disk', found, 'Make room, or move OSA_DATA_DIR.') : ok('disk', found)
}
