/** Why a node could not start, in one message that says what to do; no stack, no address with a password in it. */
import { accessSync, constants } from 'node:fs'
import { DataDirectoryInUse, isDatabaseUnavailable, tlsTroubleOf } from '@osa/db'
import { AdminListenerUnusable } from './admin-server.ts'
import type { Config } from './config/config.ts'
import { SecretFileUnusable } from './config/secret-file.ts'

/** One or two lines for a person. */
export const explainStartProblem = (error: unknown, config: Config): string =>
  explainKnownProblem(error, config) ??
  `The node could not start: ${error instanceof Error ? error.message : String(error)}`

/** What is wrong with the settings or what they lead to; null for a problem nobody foresaw. */
export function explainKnownProblem(error: unknown, config: Config): string | null {
  if (error instanceof DataDirectoryInUse) {
    return `Another node is using the data directory ${config.dataDirectory}.\nStop it first, or set OSA_DATA_DIR to another directory.`
  }
  if (error instanceof SecretFileUnusable) {
    return `${error.message}\nPut it right. If the secret is lost, remove the file and run \`osa-server keys abandon\`: then a new one is made, and everybody signs in again.`
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
    ? `The database at ${databaseName(config)} cannot be reached.\nIs it running, and is DATABASE_URL right?`
    : null
}

function codeOf(error: unknown): string | null {
  for (let at = error; at instanceof Error; at = at.cause) {
    if ('code' in at && typeof at.code === 'string') return at.code
  }
  return null
}

/** A listener, and the settings that say where it is. */
interface Listener {
  readonly host: string
  readonly port: number
  readonly hostSetting: string
  readonly portSetting: string
}

/** Which listener an error is about; null when about none: its system call says so. */
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
    `Port ${port} on ${host} is in use.\nStop what is using it, or set ${portSetting} to another one.`,
  EACCES: ({ host, port, portSetting }) =>
    `This user may not listen on port ${port} of ${host}.\nSet ${portSetting} to one above 1023.`,
  EADDRNOTAVAIL: ({ host, hostSetting }) =>
    `${host} is not an address of this machine.\nSet ${hostSetting} to one that is, or leave it out for 127.0.0.1.`,
  ENOTFOUND: ({ host, hostSetting }) =>
    `The host name ${host} is not known.\nSet ${hostSetting} to an address of this machine, or leave it out.`,
}

const accessProblems: Record<string, (config: Config) => string> = {
  '28P01': () => 'The database refused the password.\nCheck the user and password in DATABASE_URL.',
  '28000': () => 'The database refused the user.\nCheck the user in DATABASE_URL.',
  '3D000': (config) =>
    `The database ${databaseName(config)} does not exist.\nMake it with createdb, or check DATABASE_URL.`,
  '25006': (config) =>
    `The database at ${databaseName(config)} is read-only.\nPoint DATABASE_URL at the primary, or let this user write (default_transaction_read_only).`,
  '42501': () => 'The database user may not create tables.\nGrant it CREATE on the schema.',
  EACCES: ({ dataDirectory }) =>
    `The data directory ${dataDirectory} may not be written.\nSet OSA_DATA_DIR to one that may.`,
  EPERM: ({ dataDirectory }) =>
    `The data directory ${dataDirectory} belongs to somebody else.\nSet OSA_DATA_DIR to your own.`,
  EROFS: ({ dataDirectory }) =>
    `The data directory ${dataDirectory} is read-only.\nSet OSA_DATA_DIR to one that is not.`,
  ENOTDIR: ({ dataDirectory }) => `The data directory ${dataDirectory} is not a directory.\nSet OSA_DATA_DIR to one.`,
  EEXIST: ({ dataDirectory }) => `The data directory ${dataDirectory} is not a directory.\nSet OSA_DATA_DIR to one.`,
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

/** What is wrong with the encryption of a connection to PostgreSQL; null when it is something else. */
function tlsProblem(error: unknown, config: Config): string | null {
  if (!('databaseUrl' in config.database)) return null
  const { searchParams } = new URL(config.database.databaseUrl)
  for (const name of ['sslrootcert', 'sslcert', 'sslkey']) {
    const path = searchParams.get(name)
    if (path && !isReadable(path)) return `The file ${path} cannot be read.\nCheck ${name} in DATABASE_URL.`
  }
  const trouble = tlsTroubleOf(error)
  if (trouble === 'no TLS') {
    return `The database at ${databaseName(config)} does not offer TLS.\nTurn it on there (ssl = on), or take sslmode out of DATABASE_URL.`
  }
  return trouble === null
    ? null
    : `The certificate of the database at ${databaseName(config)} is not trusted (${codeOf(error)}).\nName the authority that signed it: add sslrootcert=/path/to/ca.pem to DATABASE_URL.`
}

/** Host, or folder of its socket, and database, without user, password and options. */
export function databaseName({ database }: Config): string {
  if ('dataDirectory' in database) return database.dataDirectory
  const { host, pathname, searchParams } = new URL(database.databaseUrl)
  const place = searchParams.get('host') ?? host.replaceAll(/%2f/gi, '/')
  return place.startsWith('/') ? `${pathname.slice(1)} (socket in ${place})` : `${place}${pathname}`
}
