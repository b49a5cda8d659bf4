/**
 * The only place that sends requests. Every request has a deadline and a size limit and follows no redirect: `fetch` repeats the body on a
 * 307, which would send its secrets to another server. A response of any status is an answer; no response is an OsaError. Isomorphic.
 */

import { isOsaError, type OsaError } from '../errors.ts'
import { cancelled } from '../signal.ts'
import { boundedStream } from './bounded-body.ts'
import { type Failure, networkError } from './network-error.ts'
import type { ClientEvent } from './options.ts'
import { contentTypeOf, type HttpAnswer, toAnswer } from './to-answer.ts'

/** The settings of an exchange. */
export interface ExchangeOptions {
  readonly server: string
  readonly fetch: typeof fetch
  readonly timeoutMs: number
  readonly onEvent: (event: ClientEvent) => void
  /** How the user gives requests more time, for the hint of a timeout. */
  readonly moreTime?: string | undefined
  /** Returns the error for a request that got no answer, in as much detail as this runtime knows. */
  readonly explain?: ((failure: Failure) => OsaError) | undefined
}

/** Sends requests to one server. */
export interface Exchange {
  /** Sends a request and returns its whole answer, whatever its status. Throws `aborted`, `not_an_osa_server` (over 1 MiB), network codes. */
  send(url: URL, init?: RequestInit): Promise<HttpAnswer>
  /** Opens an event stream, without a deadline and of at most 1 MiB. If the answer is not a stream, returns that answer, read to its end. */
  open(url: URL, init: RequestInit): Promise<{ stream: Response } | { answer: HttpAnswer }>
}

/** Returns the token that a request carries. */
const bearerOf = (headers: RequestInit['headers']): string | null =>
  /^Bearer (.+)$/.exec(new Headers(headers).get('authorization') ?? '')?.[1] ?? null

const secretsOf = ({ headers, body }: RequestInit): (string | null | undefined)[] => [
  bearerOf(headers),
  ...[...String(body ?? '').matchAll(/"(?:device_code|refresh_token)":"([^"]+)"/g)].map(([, secret]) => secret),
]

/** Browsers hide the target of a redirect and even its status; any redirect becomes a 302. */
const withStatus = (response: Response): Response =>
  response.type === 'opaqueredirect' ? new Response(null, { status: 302 }) : response

/** Returns `me` and `server.info` for `/trpc/me,server.info?batch=1`, and nothing for other addresses. Inputs stay out of events. */
export function proceduresOf({ pathname }: URL): string[] {
  const names = /\/trpc\/([^/]*)$/.exec(pathname)?.[1]
  return names === undefined ? [] : decodeURIComponent(names).split(',')
}

const isEventStream = ({ status, headers }: Response): boolean =>
  status === 200 && contentTypeOf(headers) === 'text/event-stream'

/** Creates the exchange with a server. */
export function createExchange(options: ExchangeOptions): Exchange {
  // Destructured, because a browser's `fetch` throws when it is called as a method of another object.
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
