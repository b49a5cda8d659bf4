/**
 * The `fetch` under tRPC. Before tRPC reads anything it makes sure that what came is a node's answer: no redirect (a redirected token is a
 * lost one), JSON that is declared so, at most 1 MiB, in time, in tRPC's envelope. All else is one of our errors.
 */
import { cancelled } from '../cancelled.ts'
import { isOsaError, OsaError } from '../errors.ts'
import { readV1ErrorCode } from '../wire/answers.ts'
import type { HttpAnswer } from '../wire/http.ts'
import { networkError } from '../wire/network-error.ts'
import { toAnswer } from '../wire/to-answer.ts'
import { unexpectedAnswer } from '../wire/unexpected-answer.ts'
import type { ClientEvent } from './options.ts'

/** What a guarded `fetch` needs of its client. */
export interface GuardOptions {
  readonly server: string
  readonly fetch: typeof fetch
  readonly timeoutMs: number
  readonly onEvent: (event: ClientEvent) => void
}

/** What tRPC takes for a response: it asks for its JSON, and an error keeps the rest. */
export interface GuardedResponse {
  readonly ok: boolean
  readonly status: number
  readonly headers: Headers
  json(): Promise<unknown>
}

const fieldsOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}

/** The two answers to a call, as superjson puts them; in any other form tRPC could not read them. */
const isRefusal = (value: unknown): boolean => {
  const { code, message } = fieldsOf(fieldsOf(fieldsOf(value).error).json)
  return typeof code === 'number' && typeof message === 'string'
}
const isResult = (value: unknown): boolean => 'json' in fieldsOf(fieldsOf(fieldsOf(value).result).data)

/** The error for an answer that is not tRPC's to this many calls; null when it is. Only a refusal may stand for all of them. */
export const refusalOf = (answer: HttpAnswer, calls: number): OsaError | null => {
  const { json, server, status } = answer
  const each = Array.isArray(json) && json.length === calls ? json : []
  if (isRefusal(json) || (each.length > 0 && each.every((one) => isRefusal(one) || isResult(one)))) return null
  // What the node itself refuses before tRPC sees it: a body that is too large, a header that holds two tokens.
  const code = status >= 400 && status < 500 && status !== 429 ? readV1ErrorCode(json) : null
  if (!code) return unexpectedAnswer(answer)
  const message = `${server} refuses the request (HTTP ${status}, ${code})`
  return new OsaError(status === 401 ? 'not_authenticated' : 'usage', message, { server, status })
}

/** The token that a request carries. */
export const bearerOf = (headers: RequestInit['headers']): string | null =>
  /^Bearer (.+)$/.exec(new Headers(headers).get('authorization') ?? '')?.[1] ?? null

/** A browser hides where a redirect leads, and even its status. */
const withStatus = (response: Response): Response =>
  response.type === 'opaqueredirect' ? new Response(null, { status: 302 }) : response

/** `me` and `server.info` of `/trpc/me,server.info?batch=1`. Inputs stay out of events. */
export const proceduresOf = (url: URL): string[] =>
  decodeURIComponent(url.pathname.slice(url.pathname.lastIndexOf('/') + 1)).split(',')

const toFailure = (
  error: unknown,
  { server, timeoutMs }: GuardOptions,
  caller: AbortSignal | null | undefined,
  deadline: AbortSignal,
): OsaError => {
  if (isOsaError(error)) return error
  if (caller?.aborted) return cancelled(caller, server)
  return networkError({
    error,
    server,
    timeoutMs,
    timedOut: deadline.aborted,
    proxy: null,
    moreTime: 'a larger timeoutMs',
  })
}

/** Makes the `fetch` of one client. It throws OsaErrors only. */
export const createGuardedFetch = (options: GuardOptions) => {
  // Called by itself: a browser's `fetch` refuses to be anybody's method.
  const { server, timeoutMs, onEvent, fetch } = options
  return async (input: string | URL | Request, init: RequestInit = {}): Promise<GuardedResponse> => {
    const url = new URL(input instanceof Request ? input.url : input)
    const { method = 'GET', signal: caller } = init
    const procedures = proceduresOf(url)
    const deadline = AbortSignal.timeout(timeoutMs)
    const startedAt = performance.now()
    onEvent({ type: 'request', method, procedures })
    try {
      const signal = caller ? AbortSignal.any([caller, deadline]) : deadline
      const response = withStatus(await fetch(url, { ...init, signal, redirect: 'manual' }))
      const answer = await toAnswer(response, {
        server,
        request: `${method} ${url.pathname}`,
        secrets: [bearerOf(init.headers)],
      })
      const { status, headers, json } = answer
      const elapsedMs = Math.round(performance.now() - startedAt)
      onEvent({ type: 'response', procedures, status, elapsedMs, requestId: headers.get('x-request-id') })
      const refusal = refusalOf(answer, procedures.length)
      if (refusal) throw refusal
      return { ok: response.ok, status, headers, json: async () => json }
    } catch (error) {
      throw toFailure(error, options, caller, deadline)
    }
  }
}
