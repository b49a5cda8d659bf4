/**
 * The one door to the network. Every request has a deadline and a size limit, follows no redirect (a redirected secret is a lost
 * one: `fetch` repeats a body on 307), and comes back as an answer whose JSON is only there if the server said it was JSON.
 */
import { OsaError } from '../errors.ts'
import { networkError, type ProxyInUse } from './network-error.ts'

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
export type Http = (request: HttpRequest) => Promise<HttpAnswer>

/** What a log may know about a request: no headers, no bodies. */
export interface Exchange {
  readonly method: string
  readonly url: string
  /** An HTTP status, or the code of the failure. */
  readonly outcome: string
  readonly elapsedMs: number
  readonly requestId: string | null
}

export interface HttpOptions {
  fetch?: typeof globalThis.fetch
  /** For a whole exchange, body included. */
  timeoutMs?: number
  userAgent?: string
  proxyFor?: (url: URL) => ProxyInUse | null
  onExchange?: (exchange: Exchange) => void
}

export const maxBodyBytes = 1024 * 1024
export const defaultTimeoutMs = 30_000

const readBody = async (response: Response, server: string): Promise<Uint8Array> => {
  const chunks: Uint8Array[] = []
  let size = 0
  const reader = response.body?.getReader()
  for (let next = await reader?.read(); next && !next.done; next = await reader?.read()) {
    size += next.value.byteLength
    if (size > maxBodyBytes) {
      await reader?.cancel()
      throw new OsaError('not_an_osa_server', `${server} sent an answer of more than 1 MiB`, { server })
    }
    chunks.push(next.value)
  }
  return Buffer.concat(chunks)
}

const isJsonType = (contentType: string): boolean => /^application\/(json|[\w.-]+\+json)$/i.test(contentType)

const parseJson = (bytes: Uint8Array): unknown => {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    // Not JSON after all (truncated, wrong encoding): the caller reports the answer as a whole.
    return undefined
  }
}

const toAnswer = async (request: HttpRequest, response: Response): Promise<HttpAnswer> => {
  const contentType = (response.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
  const bytes = await readBody(response, request.server)
  const json = isJsonType(contentType) ? parseJson(bytes) : undefined
  return {
    server: request.server,
    request: `${request.method} ${request.path}`,
    status: response.status,
    contentType,
    json,
    text: json === undefined ? new TextDecoder().decode(bytes.subarray(0, 4096)) : '',
    headers: response.headers,
  }
}

const headersOf = (request: HttpRequest, userAgent: string): Record<string, string> => ({
  accept: 'application/json',
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
        url: url.href,
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
      const answer = await toAnswer(request, response)
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
  if (request.signal?.aborted) return new OsaError('aborted', 'Cancelled', { server: request.server, cause: error })
  return networkError({ error, server: request.server, timeoutMs, timedOut: deadline.aborted, proxy })
}
