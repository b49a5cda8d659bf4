/**
 * What a database can do to a caller: be unreachable, or refuse. Both become errors of ours at the store's rim, because a driver's
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
 * SQLSTATEs of a server in trouble (PostgreSQL, appendix A): connection lost, out of resources, shutting down or starting, a
 * statement or a lock wait over its time, a transaction ended from outside, a deadlock resolved against us, a prepared statement that a
 * pooler has left on another connection (prepared-statements.ts uses none from then on).
 */
const inTrouble = /^(08...|53...|57P0[1-5]|57014|55P03|25P0[34]|40P01|40001|42P05|26000)$/

/** OpenSSL's and Node's codes for a server's certificate that does not hold, or holds no more. */
const badCertificate = /^(CERT_|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT|UNABLE_TO_|ERR_TLS_CERT_)/
const noTls = 'no TLS'

/** What is wrong with the encryption of the connection, if that is why the database cannot serve. */
export const tlsTroubleOf = (error: unknown): 'no TLS' | 'certificate' | null => {
  if (!(error instanceof DatabaseUnavailable)) return null
  if (error.code === noTls) return noTls
  return badCertificate.test(error.code) ? 'certificate' : null
}

/** Messages of pg, its pool and PGlite about a lost connection; those errors carry no code. */
const lostConnection =
  /^(Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error|Client was closed|Cannot use a pool after|PGlite is clos|PGlite instance is already closed|driver has already been destroyed)/i

/** A driver's error as one of ours; whatever else was thrown stays what it is. */
export const asDatabaseError = (error: unknown): unknown => {
  if (!(error instanceof Error) || error instanceof DatabaseUnavailable || error instanceof DatabaseRefusal)
    return error
  const { code, table, constraint } = error as { code?: unknown; table?: string; constraint?: string }
  const text = typeof code === 'string' ? code : ''
  if (unreachable.has(text) || inTrouble.test(text) || badCertificate.test(text)) return new DatabaseUnavailable(text)
  if (error.message === 'The server does not support SSL connections') return new DatabaseUnavailable(noTls)
  if (lostConnection.test(error.message)) return new DatabaseUnavailable('connection lost')
  if (/^[0-9A-Z]{5}$/.test(text)) return new DatabaseRefusal({ code: text, table, constraint })
  return error
}
