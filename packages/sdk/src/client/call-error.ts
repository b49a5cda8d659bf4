/**
 * The error that calls reject with: an OsaError and a TRPCClientError in one. tRPC passes its own errors through unchanged, so callers see
 * `code`, `status`, `hint` and, if the node answered, the typed `data` and `shape`.
 */

import type { AppRouter } from '@osa/api/router-type'
import { TRPCClientError } from '@trpc/client'
import { brand, type ErrorCode, isOsaError, OsaError, type OsaErrorOptions, signInHint } from '../errors.ts'
import { cleanText } from '../text.ts'
import { notAnOsaServer, retryAfterOf } from './unexpected-answer.ts'

/**
 * The error that a client's calls reject with. It is an `OsaError` (`instanceof OsaError` is true) and also tRPC's error: `data` and `shape`
 * are the node's answer, typed.
 */
export class OsaCallError extends TRPCClientError<AppRouter> implements OsaError {
  declare readonly name: 'OsaError'
  declare readonly code: ErrorCode
  declare readonly hint: string | undefined
  declare readonly details: readonly string[]
  declare readonly issues: OsaError['issues']
  declare readonly status: number | undefined
  declare readonly server: string | undefined
  declare readonly requestId: string | undefined
  declare readonly reason: string | undefined
  declare readonly retryAfterMs: number | undefined
  declare readonly retryable: boolean
  declare readonly location: string | undefined
  declare readonly path: string | undefined
  declare readonly [brand]: true

  /** `from` is tRPC's error, if the node answered with one. Its `meta` holds the whole response, so it is left out: errors get logged. */
  constructor(error: OsaError, from?: TRPCClientError<AppRouter>) {
    super(error.message, from?.shape ? { result: { error: from.shape } } : {})
    // tRPC's constructor sets its own prototype.
    Object.setPrototypeOf(this, OsaCallError.prototype)
    Object.assign(this, error)
    // Like the `cause` of any error: it may hold any value, and is not enumerable, so JSON leaves it out.
    Object.defineProperty(this, 'cause', { value: error.cause, enumerable: false, configurable: true, writable: true })
  }
}

function codeOfStatus(status: number): ErrorCode {
  if (status === 401) return 'not_authenticated'
  if (status === 403) return 'forbidden'
  if (status === 404) return 'not_found'
  if (status === 429) return 'rate_limited'
  return status >= 500 ? 'server_error' : 'usage'
}

function hintOf(code: ErrorCode, server: string): string | undefined {
  if (code === 'not_authenticated') return signInHint(server)
  if (code === 'server_error') return "Try again in a moment; if the problem persists, tell the archive's administrator"
  return undefined
}

/** Picks the status of an error. A node that cannot reach its database sets a 5xx status on the response, not in each error. */
const statusOf = (dataStatus: number, response: Response | undefined): number =>
  dataStatus >= 500 && response && response.status >= 500 ? response.status : dataStatus

const maxIssues = 20

/** Returns what the node found wrong with an input, by field. The node is not trusted: texts are cleaned, and at most 20 issues are kept. */
const issuesOf = (issues: unknown): { path: string; message: string }[] =>
  (Array.isArray(issues) ? issues.slice(0, maxIssues) : []).flatMap(
    (issue: { path?: unknown; message?: unknown } | null) =>
      typeof issue?.path === 'string' && typeof issue.message === 'string'
        ? [{ path: cleanText(issue.path, 200), message: cleanText(issue.message, 300) }]
        : [],
  )

const isCode = (value: unknown): value is string => typeof value === 'string' && /^[a-z_]{1,60}$/.test(value)

/** Translates a node's tRPC error into an OsaError. Returns null if the error did not come from a node. */
function fromNode(error: TRPCClientError<AppRouter>, server: string): OsaError | null {
  const { data } = error
  if (typeof data?.httpStatus !== 'number') return null
  const response = error.meta?.response as Response | undefined
  const status = statusOf(data.httpStatus, response)
  const code = codeOfStatus(status)
  const requestId = response?.headers.get('x-request-id')
  const issues = issuesOf(data.issues)
  const retryAfterMs = response ? retryAfterOf(response.headers, Date.now()) : null
  const options: OsaErrorOptions = {
    server,
    status,
    hint: hintOf(code, server),
    retryable: [429, 502, 503, 504].includes(status),
    ...(requestId ? { requestId: cleanText(requestId, 80) } : {}),
    ...(issues.length > 0 ? { issues } : {}),
    ...(issues.length > 1 ? { details: issues.map(({ path, message }) => `${path}: ${message}`) } : {}),
    ...(isCode(data.token_error) ? { reason: data.token_error } : {}),
    ...(retryAfterMs === null ? {} : { retryAfterMs }),
  }
  return new OsaError(code, cleanText(error.message, 500), options)
}

/** tRPC's message for a query whose URL would be longer than a node accepts. */
const tooBig = 'Input is too big for a single dispatch'

function innermost(error: unknown): OsaError | null {
  let next = error
  for (let depth = 0; depth < 5 && next instanceof Error; depth++) {
    if (isOsaError(next)) return next
    next = next.cause
  }
  return null
}

/** Recognizes the error by its name, because subscriptions use a separate copy of tRPC's client. */
const isOfTrpc = (error: unknown): error is TRPCClientError<AppRouter> =>
  error instanceof Error && error.name === 'TRPCClientError'

/** Converts any error from the layers below into the error that a call rejects with. */
export function toCallError(error: unknown, server: string | undefined): OsaCallError {
  if (error instanceof OsaCallError) return error
  const known = innermost(error)
  if (known) return new OsaCallError(known)
  const about = server === undefined ? {} : { server }
  if (isOfTrpc(error) && server !== undefined) {
    const answered = fromNode(error, server)
    if (answered) return new OsaCallError(answered, error)
    const { status } = (error.meta?.response ?? {}) as { status?: number }
    // tRPC could not read the answer.
    if (status !== undefined) return new OsaCallError(notAnOsaServer({ server, status }))
  }
  if (isOfTrpc(error) && error.message === tooBig) {
    return new OsaCallError(new OsaError('usage', 'The input is too long for a query', about))
  }
  const message = error instanceof Error ? error.message : 'Something went wrong in the SDK'
  return new OsaCallError(new OsaError('internal', cleanText(message), { ...about, cause: error }))
}
