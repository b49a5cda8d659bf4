/**
 * The two ways a database fails: it is unavailable, or it refuses a statement. The store translates driver errors into these two classes,
 * because a driver's error can contain the values of the failed statement, and those must never reach a log.
 */

/** The database is unavailable: unreachable, restarting, out of connections, too slow or closed. The caller may try again. */
export class DatabaseUnavailable extends Error {
  override readonly name = 'DatabaseUnavailable'
  /** The SQLSTATE, or the system's code. */
  readonly code: string
  constructor(code: string, message = `the database is unavailable (${code})`) {
    super(message)
    this.code = code
  }
}

/** The database refused a statement, which is a defect of this program. The error does not contain the values involved. */
export class DatabaseRefusal extends Error {
  override readonly name = 'DatabaseRefusal'
  /** The SQLSTATE. */
  readonly code: string
  readonly table: string | undefined
  readonly constraint: string | undefined
  constructor(refusal: { code: string; table?: string | undefined; constraint?: string | undefined }) {
    super(`the database refused a statement (${[refusal.code, refusal.constraint].filter(Boolean).join(', ')})`)
    this.code = refusal.code
    this.table = refusal.table
    this.constraint = refusal.constraint
  }
}

/** Whether `error` or its cause means that the database is unavailable. The wires answer 503 then. */
export const isDatabaseUnavailable = (error: unknown): boolean =>
  error instanceof DatabaseUnavailable ||
  (error instanceof Error && error.cause !== undefined && isDatabaseUnavailable(error.cause))

/**
 * Whether failed work certainly changed nothing and can be repeated at once in smaller parts: a refusal may concern one part only, and
 * after a deadlock or a serialization failure the conflict is gone. False if the result was lost, or if the wait was already long.
 */
export const mayRetryInParts = (error: unknown): boolean =>
  error instanceof DatabaseRefusal || (error instanceof DatabaseUnavailable && /^40(001|P01)$/.test(error.code))

const unreachable = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENOENT',
])

/**
 * The SQLSTATEs that our own statements do not cause (PostgreSQL, appendix A), and what to do about each. `later`: another attempt on the
 * same connection may succeed. `reconnect`: this connection, or the server behind it, is unusable, and the pool must not keep it. States
 * that are not listed (classes 21, 22, 23, 42 and so on) are defects of this program and are reported as such.
 */
const stateDecisions: readonly (readonly [states: RegExp, decision: 'later' | 'reconnect', meaning: string])[] = [
  [/^08...$/, 'reconnect', 'the connection is lost, or the server does not speak as expected'],
  [/^0A000$/, 'reconnect', 'a migration by another node changed what a prepared statement of this connection returns'],
  [/^25006$/, 'reconnect', 'read-only: a standby, or a role or database that was made read-only'],
  [/^25P0[34]$/, 'reconnect', 'a transaction exceeded its time limit'],
  [/^26000$|^42P05$/, 'later', 'a pooler left a prepared statement on another connection'],
  [/^28...$/, 'reconnect', 'the user or its password is no longer valid'],
  [/^3D000$|^3F000$|^42P01$/, 'reconnect', 'the database, its schema or its tables are missing, as during a restore'],
  [/^40...$/, 'later', 'concurrent transactions conflicted'],
  [/^42501$/, 'reconnect', 'a privilege was revoked'],
  [/^53300$/, 'reconnect', 'too many connections'],
  [/^53...$/, 'later', 'no disk, memory or other resource left'],
  [/^55000$|^55006$|^55P03$/, 'later', 'in use, in recovery, or locked for longer than we wait'],
  [/^57014$/, 'later', 'a statement exceeded its time limit, or an operator canceled it'],
  [/^57...$/, 'reconnect', 'an operator intervened: shutdown, crash, start, dropped database, idle session'],
  [/^58...$/, 'reconnect', 'an error outside PostgreSQL, such as I/O'],
  [/^72000$/, 'later', 'the snapshot is too old'],
  [/^F0...$/, 'reconnect', "the server's configuration file is wrong"],
  [/^XX...$/, 'reconnect', 'an internal error, or damaged data'],
]

/** Returns what to do about a driver error with this SQLSTATE, or null for a defect of this program and for other codes. */
export const decisionFor = (state: string): 'later' | 'reconnect' | null =>
  stateDecisions.find(([states]) => states.test(state))?.[1] ?? null

/** OpenSSL's and Node's error codes for an invalid or expired server certificate. */
const badCertificate = /^(CERT_|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT|UNABLE_TO_|ERR_TLS_CERT_)/
const noTls = 'no TLS'

/** Returns what is wrong with the connection's encryption, or null if that is not why the database is unavailable. */
export function tlsTroubleOf(error: unknown): 'no TLS' | 'certificate' | null {
  if (!(error instanceof DatabaseUnavailable)) return null
  if (error.code === noTls) return noTls
  return badCertificate.test(error.code) ? 'certificate' : null
}

/** Messages of pg, its pool and PGlite about a lost connection; these errors have no code. */
const lostConnection =
  /^(Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error|Client was closed|Cannot use a pool after|PGlite is clos|PGlite instance is already closed|driver has already been destroyed)/i

/** Translates a driver error into `DatabaseUnavailable` or `DatabaseRefusal`. Returns anything else unchanged. */
export function asDatabaseError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof DatabaseUnavailable || error instanceof DatabaseRefusal)
    return error
  const { code, table, constraint } = error as { code?: unknown; table?: string; constraint?: string }
  const text = typeof code === 'string' ? code : ''
  if (unreachable.has(text) || decisionFor(text) !== null || badCertificate.test(text))
    return new DatabaseUnavailable(text)
  if (error.message === 'The server does not support SSL connections') return new DatabaseUnavailable(noTls)
  if (lostConnection.test(error.message)) return new DatabaseUnavailable('connection lost')
  if (/^[0-9A-Z]{5}$/.test(text)) return new DatabaseRefusal({ code: text, table, constraint })
  return error
}
