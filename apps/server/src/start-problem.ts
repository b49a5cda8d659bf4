/** Why a node could not start, in one message that says what to do; no stack, no address with a password in it. */
import { DataDirectoryInUse, isDatabaseUnavailable } from '@osa/db'
import type { Config } from './config/config.ts'
import { SecretFileUnusable } from './config/secret-file.ts'

/** One or two lines for a person. */
export const explainStartProblem = (error: unknown, config: Config): string =>
  explainKnownProblem(error, config) ??
  `The node could not start: ${error instanceof Error ? error.message : String(error)}`

/** What is wrong with the settings or what they lead to; null for a problem nobody foresaw. */
export const explainKnownProblem = (error: unknown, config: Config): string | null => {
  if (error instanceof DataDirectoryInUse) {
    return `Another node is using the data directory ${config.dataDirectory}.\nStop it first, or set OSA_DATA_DIR to another directory.`
  }
  if (error instanceof SecretFileUnusable) {
    return `${error.message}\nPut it right, or remove it: then a new secret is made, and everybody has to sign in again.`
  }
  const code = codeOf(error)
  const listener = listenProblems[code ?? '']
  if (listener && isOfListener(error)) return listener(config)
  if (isDatabaseUnavailable(error))
    return `The database at ${databaseName(config)} cannot be reached.\nIs it running, and is DATABASE_URL right?`
  const access = accessProblems[code ?? '']
  return access ? access(config) : null
}

const codeOf = (error: unknown): string | null => {
  for (let at = error; at instanceof Error; at = at.cause) {
    if ('code' in at && typeof at.code === 'string') return at.code
  }
  return null
}

/** Whether an error is about the listener: its system call says so. */
const isOfListener = (error: unknown): boolean =>
  error instanceof Error && 'syscall' in error && ['listen', 'bind', 'getaddrinfo'].includes(String(error.syscall))

const listenProblems: Record<string, (config: Config) => string> = {
  EADDRINUSE: ({ host, port }) =>
    `Port ${port} on ${host} is in use.\nStop what is using it, or set PORT to another one.`,
  EACCES: ({ host, port }) => `This user may not listen on port ${port} of ${host}.\nSet PORT to one above 1023.`,
  EADDRNOTAVAIL: ({ host }) =>
    `${host} is not an address of this machine.\nSet HOST to one that is, or leave it unset for 127.0.0.1.`,
  ENOTFOUND: ({ host }) =>
    `The host name ${host} is not known.\nSet HOST to an address of this machine, or leave it unset.`,
}

const accessProblems: Record<string, (config: Config) => string> = {
  '28P01': () => 'The database refused the password.\nCheck the user and password in DATABASE_URL.',
  '28000': () => 'The database refused the user.\nCheck the user in DATABASE_URL.',
  '3D000': (config) =>
    `The database ${databaseName(config)} does not exist.\nMake it with createdb, or check DATABASE_URL.`,
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

/** Host and database, without user, password and options. */
export const databaseName = ({ database }: Config): string => {
  if ('dataDirectory' in database) return database.dataDirectory
  const { host, pathname } = new URL(database.databaseUrl)
  return `${host}${pathname}`
}
