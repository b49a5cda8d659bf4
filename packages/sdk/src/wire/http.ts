/**
 * The one door to the network. Every request has a deadline and a size limit, follows no redirect (a redirected secret is a lost
 * one: `fetch` repeats a body on 307), and comes back as an answer whose JSON is only there if the server said it was JSON.
 */
import { OsaError } from '../errors.ts'
import { networkError, type ProxyInUse } from './network-error.ts'
import { toAnswer } from './to-answer.ts'

export interface HttpRequest {
  server: string
  /** Appended to the server's address, starts with a slash. */
  path: string
  method: 'GET' | 'POST'
  json?: object
  /** An access token for the Authorization header. */
  bearer?: string
  signal?: AbortSignal | undefined
  timeoutMs?: number
  /**
   * Asks for an event stream and is given its text as it comes; true ends the exchange. Only for an answer with status 200 and the type
   * `text/event-stream`; any other is read and returned as usual.
   */
  onEventText?: (text: string) => boolean
}

export interface HttpAnswer {
  readonly server: string
  /** `POST /api/v1/auth/device`, for messages. */
  readonly request: string
  readonly status: number
  readonly contentType: string
  /** Parsed body; undefined when it is not declared as JSON or does not parse. */
  readonly json: unknown
  /** The body as text when it is not JSON, for the title of a web page. */
  readonly text: string
  readonly headers: Headers
}
/** Sends one request; see `createHttp`. */
export type Http = (request: HttpRequest) => Promise<HttpAnswer>

/** What a log may know about a request: no headers, no bodies. */
export interface Exchange {
  readonly method: string
  /** Without its query. */
  readonly url: string
  /** An HTTP status, or the code of the failure. */
  readonly outcome: string
  readonly elapsedMs: number
  readonly requestId: string | null
}

/** What requests are sent with. */
export interface HttpOptions {
  /** What sends: a proxy's, a test's. */
  fetch?: typeof globalThis.fetch
  /** For a whole exchange, body included. */
  timeoutMs?: number
  userAgent?: string
  /** Says which proxy a request goes through, for messages. */
  proxyFor?: (url: URL) => ProxyInUse | null
  /** Hears of every exchange, failed ones too. */
  onExchange?: (exchange: Exchange) => void
}

/** How long a request may take when nobody says otherwise, in milliseconds. */
export const defaultTimeoutMs = 30_000

const secretsOf = ({ bearer, json = {} }: HttpRequest) => {
  const { device_code, refresh_token } = json as { device_code?: string; refresh_token?: string }
  return [bearer, device_code, refresh_token]
}

const headersOf = (request: HttpRequest, userAgent: string): Record<string, string> => ({
  accept: request.onEventText ? 'text/event-stream' : 'application/json',
  'user-agent': userAgent,
  ...(request.json ? { 'content-type': 'application/json' } : {}),
  ...(request.bearer === undefined ? {} : { authorization: `Bearer ${request.bearer}` }),
})

/**
 * Makes the request function. It throws `aborted` when the caller's signal fires, the codes of `networkError` when no answer
 * comes, and `not_an_osa_server` for an answer that is too long; any answer that does come is returned, whatever its status.
 */
export const createHttp = (options: HttpOptions = {}): Http => {
  const { fetch = globalThis.fetch, userAgent = 'osa-sdk', proxyFor = () => null } = options
  return async (request) => {
    const url = new URL(request.server + request.path)
    const timeoutMs = request.timeoutMs ?? options.timeoutMs ?? defaultTimeoutMs
    const deadline = AbortSignal.timeout(timeoutMs)
    const startedAt = performance.now()
    const report = (outcome: string, requestId: string | null): void =>
      options.onExchange?.({
        method: request.method,
        url: url.origin + url.pathname,
        outcome,
        elapsedMs: Math.round(performance.now() - startedAt),
        requestId,
      })
    try {
      const response = await fetch(url, {
        method: request.method,
        redirect: 'manual',
        headers: headersOf(request, userAgent),
        ...(request.json ? { body: JSON.stringify(request.json) } : {}),
        signal: request.signal ? AbortSignal.any([request.signal, deadline]) : deadline,
      })
      const { server, onEventText } = request
      const secrets = secretsOf(request)
      const about = { server, request: `${request.method} ${request.path}`, onEventText, secrets }
      const answer = await toAnswer(response, about)
      report(String(answer.status), answer.headers.get('x-request-id'))
      return answer
    } catch (error) {
      const failure = toError({ error, request, deadline, timeoutMs, proxy: proxyFor(url) })
      report(failure.code, null)
      throw failure
    }
  }
}

const toError = (failure: {
  error: unknown
  request: HttpRequest
  deadline: AbortSignal
  timeoutMs: number
  proxy: ProxyInUse | null
}): OsaError => {
  const { error, request, deadline, timeoutMs, proxy } = failure
  if (error instanceof OsaError) return error
  const { signal, server } = request
  if (signal?.aborted) return new OsaError('aborted', 'Cancelled', { server, cause: signal.reason })
  return networkError({ error, server, timeoutMs, timedOut: deadline.aborted, proxy })
}
