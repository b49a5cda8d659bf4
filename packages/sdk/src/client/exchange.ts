/**
 * The one door to the network. Every request has a deadline and a size limit and follows no redirect (a redirected secret is a lost one:
 * `fetch` repeats a body on 307). Whatever comes back is an answer, whatever does not come is an OsaError. Isomorphic.
 */

import { isOsaError, type OsaError } from '../errors.ts'
import { cancelled } from '../signal.ts'
import { boundedStream } from './bounded-body.ts'
import { type Failure, networkError } from './network-error.ts'
import type { ClientEvent } from './options.ts'
import { contentTypeOf, type HttpAnswer, toAnswer } from './to-answer.ts'

/** What requests are sent with. */
export interface ExchangeOptions {
  readonly server: string
  readonly fetch: typeof fetch
  readonly timeoutMs: number
  readonly onEvent: (event: ClientEvent) => void
  /** How a caller gives more time, for the hint of a timeout. */
  readonly moreTime?: string | undefined
  /** What a request came to that got no answer, by what this runtime can tell. */
  readonly explain?: ((failure: Failure) => OsaError) | undefined
}

/** Sends requests to one server. */
export interface Exchange {
  /** One request and its whole answer, whatever its status. Throws `aborted`, `not_an_osa_server` for too long an answer, and the network's codes. */
  send(url: URL, init?: RequestInit): Promise<HttpAnswer>
  /** Opens an event stream, which has no deadline; another answer than one is returned read. A connection carries 1 MiB at most. */
  open(url: URL, init: RequestInit): Promise<{ stream: Response } | { answer: HttpAnswer }>
}

/** The token that a request carries. */
const bearerOf = (headers: RequestInit['headers']): string | null =>
  /^Bearer (.+)$/.exec(new Headers(headers).get('authorization') ?? '')?.[1] ?? null

const secretsOf = ({ headers, body }: RequestInit): (string | null | undefined)[] => [
  bearerOf(headers),
  ...[...String(body ?? '').matchAll(/"(?:device_code|refresh_token)":"([^"]+)"/g)].map(([, secret]) => secret),
]

/** A browser hides where a redirect leads, and even its status. */
const withStatus = (response: Response): Response =>
  response.type === 'opaqueredirect' ? new Response(null, { status: 302 }) : response

/** `me` and `server.info` of `/trpc/me,server.info?batch=1`; nothing for other addresses. Inputs stay out of events. */
export function proceduresOf({ pathname }: URL): string[] {
  const names = /\/trpc\/([^/]*)$/.exec(pathname)?.[1]
  return names === undefined ? [] : decodeURIComponent(names).split(',')
}

const isEventStream = ({ status, headers }: Response): boolean =>
  status === 200 && contentTypeOf(headers) === 'text/event-stream'

/** Makes the door to a server. */
export function createExchange(options: ExchangeOptions): Exchange {
  // Called by itself: a browser's `fetch` refuses to be anybody's method.
  const { server, timeoutMs, onEvent, fetch, moreTime = 'a larger timeoutMs', explain = networkError } = options

  const exchange = async <T extends { answer?: HttpAnswer }>(
    url: URL,
    init: RequestInit,
    deadline: AbortSignal | null,
    read: (response: Response, toRead: () => Promise<HttpAnswer>) => Promise<T>,
  ): Promise<T> => {
    const { method = 'GET', signal: caller } = init
    const about = { method, url: url.origin + url.pathname, procedures: proceduresOf(url) }
    const startedAt = performance.now()
    const elapsedMs = (): number => Math.round(performance.now() - startedAt)
    onEvent({ type: 'request', ...about })
    try {
      const signals = [caller, deadline].filter((signal) => signal != null)
      const response = withStatus(await fetch(url, { ...init, signal: AbortSignal.any(signals), redirect: 'manual' }))
      const request = `${method} ${url.href.slice(server.length).split('?')[0]}`
      const done = await read(response, () => toAnswer(response, { server, request, secrets: secretsOf(init) }))
      const { status, headers } = done.answer ?? response
      const [requestId, date] = [headers.get('x-request-id'), headers.get('date')]
      onEvent({ type: 'response', ...about, status, elapsedMs: elapsedMs(), requestId, date })
      return done
    } catch (error) {
      const failure = toFailure(error, caller, deadline)
      onEvent({ type: 'failure', ...about, code: failure.code, elapsedMs: elapsedMs() })
      throw failure
    }
  }

  const toFailure = (
    error: unknown,
    caller: AbortSignal | null | undefined,
    deadline: AbortSignal | null,
  ): OsaError => {
    if (isOsaError(error)) return error
    if (caller?.aborted) return cancelled(caller, server)
    return explain({ error, server, timeoutMs, timedOut: deadline?.aborted ?? false, moreTime })
  }

  return {
    async send(url, init = {}) {
      const read = async (_: Response, toRead: () => Promise<HttpAnswer>) => ({ answer: await toRead() })
      return (await exchange(url, init, AbortSignal.timeout(timeoutMs), read)).answer
    },
    open: (url, init) =>
      exchange<{ stream: Response; answer?: never } | { answer: HttpAnswer }>(
        url,
        init,
        null,
        async (response, toRead) => {
          if (!isEventStream(response) || response.body === null) return { answer: await toRead() }
          const { status, headers } = response
          return { stream: new Response(boundedStream(response.body, server), { status, headers }) }
        },
      ),
  }
}
