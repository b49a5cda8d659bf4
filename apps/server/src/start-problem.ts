/** Explains why a node could not start and what to do about it, without a stack or an address that contains a password. */
import { accessSync, constants } from 'node:fs'
import { DataDirectoryInUse, isDatabaseUnavailable, tlsTroubleOf } from '@osa/db'
import { AdminListenerUnusable } from './admin-server.ts'
import type { Config } from './config/config.ts'
import { SecretFileUnusable } from './config/secret-file.ts'

/** Returns one or two lines for a person. */
export const explainStartProblem = (error: unknown, config: Config): string =>
  explainKnownProblem(error, config) ??
  `The node could not start: ${error instanceof Error ? error.message : String(error)}`

/** Explains problems with the settings and with the database, files or ports that they refer to. Returns null for any other error. */
export function explainKnownProblem(error: unknown, config: Config): string | null {
  if (error instanceof DataDirectoryInUse) {
    return `Another node is using the data directory ${config.dataDirectory}.\nStop it first, or set OSA_DATA_DIR to another directory.`
  }
  if (error instanceof SecretFileUnusable) {
    return `${error.message}\nRestore it. If the secret is lost, remove the file and run \`osa-server keys abandon\`: this generates a new secret, and everybody has to sign in again.`
  }
  if ('dataDirectory' in config.database && isAborted(error)) {
    return `The embedded database in ${config.dataDirectory} cannot be opened.\nCheck that the disk is not full. Otherwise its files are damaged: restore a backup.`
  }
  const code = codeOf(error)
  const listener = failedListener(error, config)
  const listenProblem = listener && listenProblems[code ?? '']
  if (listenProblem) return listenProblem(listener)
  const tls = tlsProblem(error, config)
  if (tls) return tls
  const access = accessProblems[code ?? '']
  if (access) return access(config)
  return isDatabaseUnavailable(error)
    ? `The database at ${databaseName(config)} cannot be reached.\nCheck that it is running and that DATABASE_URL is right.`
    : null
}

/** Whether PGlite ended itself. PostgreSQL in WebAssembly aborts wherever a server process would exit, and the error says no more. */
function isAborted(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) if (at instanceof WebAssembly.RuntimeError) return true
  return false
}

function codeOf(error: unknown): string | null {
  for (let at = error; at instanceof Error; at = at.cause) {
    if ('code' in at && typeof at.code === 'string') return at.code
  }
  return null
}

/** A listener and the settings that determine its address. */
interface Listener {
  readonly host: string
  readonly port: number
  readonly hostSetting: string
  readonly portSetting: string
}

/** Returns the listener that an error is about, judged by the failed system call, or null. */
function failedListener(error: unknown, { host, port, adminListener }: Config): Listener | null {
  if (error instanceof AdminListenerUnusable && adminListener) {
    return { ...adminListener, hostSetting: 'the host in OSA_ADMIN_PORT', portSetting: 'OSA_ADMIN_PORT' }
  }
  const isOfListener =
    error instanceof Error && 'syscall' in error && ['listen', 'bind', 'getaddrinfo'].includes(String(error.syscall))
  return isOfListener ? { host, port, hostSetting: 'HOST', portSetting: 'PORT' } : null
}

const listenProblems: Record<string, (listener: Listener) => string> = {
  EADDRINUSE: ({ host, port, portSetting }) =>
    `Port ${port} on ${host} is in use.\nStop the program that uses it, or set ${portSetting} to another port.`,
  EACCES: ({ host, port, portSetting }) =>
    `This user is not allowed to listen on port ${port} of ${host}.\nSet ${portSetting} to a port above 1023.`,
  EADDRNOTAVAIL: ({ host, hostSetting }) =>
    `${host} is not an address of this machine.\nSet ${hostSetting} to one of its addresses, or leave it out for 127.0.0.1.`,
  ENOTFOUND: ({ host, hostSetting }) =>
    `The host name ${host} cannot be resolved.\nSet ${hostSetting} to an address of this machine, or leave it out.`,
}

const notADirectory = ({ dataDirectory }: Config): string =>
  `The data directory ${dataDirectory} is not a directory.\nSet OSA_DATA_DIR to a directory.`

const accessProblems: Record<string, (config: Config) => string> = {
  '28P01': () => 'The database refused the password.\nCheck the user and password in DATABASE_URL.',
  '28000': () => 'The database refused the user.\nCheck the user in DATABASE_URL.',
  '3D000': (config) =>
    `The database ${databaseName(config)} does not exist.\nCreate it with createdb, or check DATABASE_URL.`,
  '22P05': (config) =>
    `The database ${databaseName(config)} cannot store all characters, because its encoding is not UTF8.\nCreate another one with createdb --encoding=UTF8 --template=template0.`,
  '25006': (config) =>
    `The database at ${databaseName(config)} is read-only.\nPoint DATABASE_URL at the primary, or give this user write access (default_transaction_read_only).`,
  '42501': () => 'The database user is not allowed to create tables.\nGrant it CREATE on the schema.',
  EACCES: ({ dataDirectory }) =>
    `The data directory ${dataDirectory} is not writable.\nChange its permissions, or set OSA_DATA_DIR to a writable directory.`,
  EPERM: ({ dataDirectory }) =>
    `The data directory ${dataDirectory} belongs to another user.\nSet OSA_DATA_DIR to a directory of your own.`,
  EROFS: ({ dataDirectory }) =>
    `The data directory ${dataDirectory} is on a read-only file system.\nSet OSA_DATA_DIR to a writable directory.`,
  ENOTDIR: notADirectory,
  EEXIST: notADirectory,
  ENOSPC: () => 'The disk is full.',
}

function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK)
    return true
  } catch {
    return false
  }
}

/** Explains a problem with TLS to PostgreSQL. Returns null for any other error. */
function tlsProblem(error: unknown, config: Config): string | null {
  if (!('databaseUrl' in config.database)) return null
  const { searchParams } = new URL(config.database.databaseUrl)
  for (const name of ['sslrootcert', 'sslcert', 'sslkey']) {
    const path = searchParams.get(name)
    if (path && !isReadable(path)) return `The file ${path} cannot be read.\nCheck ${name} in DATABASE_URL.`
  }
  const trouble = tlsTroubleOf(error)
  if (trouble === 'no TLS') {
    return `The database at ${databaseName(config)} does not offer TLS.\nTurn it on there (ssl = on), or remove sslmode from DATABASE_URL.`
  }
  return trouble === null
    ? null
    : `The certificate of the database at ${databaseName(config)} is not trusted (${codeOf(error)}).\nTrust the authority that signed it: add sslrootcert=/path/to/ca.pem to DATABASE_URL.`
}

/** Returns the host (or the folder of the socket) and the database, without user, password and options. */
export function databaseName({ database }: Config): string {
  if ('dataDirectory' in database) return database.dataDirectory
  const { host, pathname, searchParams } = new URL(database.databaseUrl)
  const place = searchParams.get('host') ?? host.replaceAll(/%2f/gi, '/')
  return place.startsWith('/') ? `${pathname.slice(1)} (socket in ${place})` : `${place}${pathname}`
}
