/**
 * The logger of the node. It redacts values by key, and text that looks like a secret (I06), since logs have more readers than the
 * database. pino escapes control characters (I07).
 */
import pino, { type DestinationStream, type Logger } from 'pino'

export type { Logger } from 'pino'

const secretKeys = new Set([
  'authorization',
  'proxy-authorization',
  'cookie',
  'cookies',
  'set-cookie',
  'headers',
  'body',
  'secret',
  'password',
  'code',
  'state',
  'nonce',
  'parameters',
  'params',
  'query',
  'values',
  'bindings',
  'databaseurl',
  'database_url',
  'user_code',
  'usercode',
  'device_code',
  'devicecode',
  'access_token',
  'accesstoken',
  'refresh_token',
  'refreshtoken',
  'id_token',
  'idtoken',
  'token',
  'client_secret',
  'clientsecret',
  'code_verifier',
  'codeverifier',
])

/** Credentials in a URL, query strings, JWTs, 32 random bytes in base64url or a refresh token (68 bytes), user codes. */
const secretShapes: readonly [RegExp, string][] = [
  [/\b([a-z][a-z0-9+.-]*:\/\/)[^/?#\s@]*@/gi, '$1[redacted]@'],
  [/\?[^\s"']+/g, '?[redacted]'],
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, '[redacted]'],
  [/(?<![\w-])(?:[\w-]{43}|[\w-]{91})(?![\w-])/g, '[redacted]'],
  [/\b[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}\b/gi, '[redacted]'],
]

const redactText = (text: string): string =>
  secretShapes.reduce((redacted, [shape, replacement]) => redacted.replace(shape, replacement), text)

const maxDepth = 6

/** Returns a copy of `value` that is safe to log: without secret keys, secret-looking text, or properties that drivers attach to errors. */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return redactText(value)
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Date) return value
  if (depth >= maxDepth) return '[deep]'
  if (value instanceof Error) return redactError(value, depth)
  if (Array.isArray(value)) return value.map((item) => redact(item, depth + 1))
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      secretKeys.has(key.toLowerCase()) ? '[redacted]' : redact(item, depth + 1),
    ]),
  )
}

/** Keeps name, message, stack and code of an error. Errors of a database driver also hold the query and its parameters. */
function redactError(error: Error, depth: number): Record<string, unknown> {
  const errorCode = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  return {
    name: error.name,
    message: redactText(error.message),
    stack: redactText(error.stack ?? ''),
    ...(errorCode === undefined ? {} : { errorCode }),
    ...(error.cause === undefined ? {} : { cause: redact(error.cause, depth + 1) }),
  }
}

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

/** Creates a JSON logger that writes to `destination`, by default standard error. Standard output is for people. */
export const createLogger = (options: { level: LogLevel; destination?: DestinationStream }): Logger =>
  pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: {
        level: (label) => ({ level: label }),
        log: (fields) => redact(fields) as Record<string, unknown>,
      },
      hooks: {
        logMethod(args, method) {
          const [first, ...rest] = args.map((arg) => (typeof arg === 'string' ? redactText(arg) : arg))
          // if the only argument is an error, pino would log its message unredacted
          const safe =
            first instanceof Error ? [{ err: first }, ...(rest.length > 0 ? rest : [first.name])] : [first, ...rest]
          method.apply(this, safe as Parameters<typeof method>)
        },
      },
      serializers: { err: (error: unknown) => error },
    },
    options.destination ?? pino.destination({ dest: 2, sync: true }),
  )
