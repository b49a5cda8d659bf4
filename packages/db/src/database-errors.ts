/**
 * What a database can do to a caller: be unreachable, or refuse. Both become errors of ours at the store's boundary, because a driver's
 * own error can carry the values it choked on, and those must never reach a log.
 */

/** The database cannot serve just now: unreachable, restarting, out of connections, too slow, closed. Worth another try. */
export class DatabaseUnavailable extends Error {
  override readonly name = 'DatabaseUnavailable'
  /** The SQLSTATE, or the system's code. */
  readonly code: string
  constructor(code: string, message = `the database cannot serve just now (${code})`) {
    super(message)
    this.code = code
  }
}

/** The database refused a statement: a defect of ours, told without the values involved. */
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

/** Whether `error`, or what caused it, says that the database cannot serve just now. Rims answer 503 then. */
export const isDatabaseUnavailable = (error: unknown): boolean =>
  error instanceof DatabaseUnavailable ||
  (error instanceof Error && error.cause !== undefined && isDatabaseUnavailable(error.cause))

/**
 * Whether what failed has surely changed nothing and is worth doing in smaller parts at once: a refusal may be about one part alone, and
 * after a deadlock or a failed serialization nobody else is in the way. Not so where an answer was lost, or a wait was long already.
 */
export const mayBeDoneInParts = (error: unknown): boolean =>
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
 * What each SQLSTATE means that does not come from our own statements (PostgreSQL, appendix A). `later`: another try on the same connection may
 * do. `reconnect`: this connection, or the server behind it, will not do any more, and the pool must not keep it. What is not listed is
 * a defect of ours (21, 22, 23, 42 and so on) and reported as one.
 */
const stateDecisions: readonly (readonly [states: RegExp, decision: 'later' | 'reconnect', meaning: string])[] = [
  [/^08...$/, 'reconnect', 'the connection is lost, or the server does not speak as expected'],
  [/^0A000$/, 'reconnect', 'a migration by another node changed what a prepared statement of this connection returns'],
  [/^25006$/, 'reconnect', 'read-only: a standby, or a role or database that was made read-only'],
  [/^25P0[34]$/, 'reconnect', 'a transaction took longer than it may'],
  [/^26000$|^42P05$/, 'later', 'a pooler left a prepared statement on another connection'],
  [/^28...$/, 'reconnect', 'the user or its password no longer holds'],
  [/^3D000$|^3F000$|^42P01$/, 'reconnect', 'the database, its schema or its tables are missing, as during a restore'],
  [/^40...$/, 'later', 'transactions got in the way of one another'],
  [/^42501$/, 'reconnect', 'a privilege was taken away'],
  [/^53300$/, 'reconnect', 'too many connections'],
  [/^53...$/, 'later', 'no disk, memory or other resource left'],
  [/^55000$|^55006$|^55P03$/, 'later', 'in use, in recovery, or locked for longer than we wait'],
  [/^57014$/, 'later', 'a statement took longer than it may, or an operator canceled it'],
  [/^57...$/, 'reconnect', 'an operator intervened: shutdown, crash, start, dropped database, idle session'],
  [/^58...$/, 'reconnect', 'an error outside PostgreSQL, such as I/O'],
  [/^72000$/, 'later', 'the snapshot is too old'],
  [/^F0...$/, 'reconnect', "the server's configuration file is wrong"],
  [/^XX...$/, 'reconnect', 'an internal error, or damaged data'],
]

/** What to do about an error of the driver's with this SQLSTATE; null for a defect of ours, and for what is no SQLSTATE. */
export const decisionOn = (state: string): 'later' | 'reconnect' | null =>
  stateDecisions.find(([states]) => states.test(state))?.[1] ?? null

/** OpenSSL's and Node's codes for a server's certificate that does not hold, or holds no more. */
const badCertificate = /^(CERT_|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT|UNABLE_TO_|ERR_TLS_CERT_)/
const noTls = 'no TLS'

/** What is wrong with the encryption of the connection, if that is why the database cannot serve. */
export function tlsTroubleOf(error: unknown): 'no TLS' | 'certificate' | null {
  if (!(error instanceof DatabaseUnavailable)) return null
  if (error.code === noTls) return noTls
  return badCertificate.test(error.code) ? 'certificate' : null
}

/** Messages of pg, its pool and PGlite about a lost connection; those errors carry no code. */
const lostConnection =
  /^(Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error|Client was closed|Cannot use a pool after|PGlite is clos|PGlite instance is already closed|driver has already been destroyed)/i

/** A driver's error as one of ours; whatever else was thrown stays what it is. */
export function asDatabaseError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof DatabaseUnavailable || error instanceof DatabaseRefusal)
    return error
  const { code, table, constraint } = error as { code?: unknown; table?: string; constraint?: string }
  const text = typeof code === 'string' ? code : ''
  if (unreachable.has(text) || decisionOn(text) !== null || badCertificate.test(text))
    return new DatabaseUnavailable(text)
  if (error.message === 'The server does not support SSL connections') return new DatabaseUnavailable(noTls)
  if (lostConnection.test(error.message)) return new DatabaseUnavailable('connection lost')
  if (/^[0-9A-Z]{5}$/.test(text)) return new DatabaseRefusal({ code: text, table, constraint })
  return error
}
