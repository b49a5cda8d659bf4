/**
 * Subscriptions: an event stream that is asked for with a header, never with a token in the address. The browser's own EventSource cannot
 * send headers, and Node has none, so both use the same one.
 */
import { httpSubscriptionLink, TRPCClientError, type TRPCLink } from '@trpc/client'
import { observable } from '@trpc/server/observable'
import { EventSource, type FetchLike } from 'eventsource'
import superjson from 'superjson'
import { isOsaError } from '../errors.ts'
import { networkError } from '../wire/network-error.ts'
import { toAnswer } from '../wire/to-answer.ts'
import type { AppRouter } from './app-router.ts'
import { type OsaCallError, toCallError } from './call-error.ts'
import type { Connection } from './connection.ts'
import { bearerOf, refusalOf } from './guarded-fetch.ts'
import { isTransient } from './retry-policy.ts'
import { signedHeaders } from './send-link.ts'
import { sharedSleep } from './shared-sleep.ts'

const isEventStream = (response: Response): boolean =>
  response.status === 200 && /^text\/event-stream\b/i.test(response.headers.get('content-type') ?? '')

/** The error for an answer that is no stream: the node's own, or what is wrong with the answer. */
const errorOf = async (response: Response, { server }: Connection, sent: { path: string; headers: HeadersInit }) => {
  const { path, headers } = sent
  const answer = await toAnswer(response, { server, request: `GET /trpc/${path}`, secrets: [bearerOf(headers)] })
  const refusal = refusalOf(answer, 1)
  if (refusal) return toCallError(refusal, server)
  const { error } = answer.json as { error: Parameters<typeof superjson.deserialize>[0] }
  const read = { error: superjson.deserialize<object>(error) }
  return toCallError(TRPCClientError.from<AppRouter>(read, { meta: { response } }), server)
}

const failureOf = (error: unknown, { server }: Connection): OsaCallError => {
  const failed = { error, server, timeoutMs: 0, timedOut: false, proxy: null }
  return toCallError(isOsaError(error) ? error : networkError(failed), server)
}

/** Makes the link. The stream reconnects when its connection breaks or the node is away; any other answer that is no stream ends it. */
export const subscriptionLink =
  (connection: Connection): TRPCLink<AppRouter> =>
  (runtime) =>
  ({ op, next }) =>
    observable((observer) => {
      const { fetch, tokens } = connection
      let refusal: OsaCallError | null = null
      const open: FetchLike = async (url, init) => {
        // A stream outlives its token, which is asked for again for every connection.
        await tokens.obtain()
        const headers = { ...init.headers, ...signedHeaders(connection, [op]) }
        const response = await fetch(url, { ...(init as RequestInit), headers, redirect: 'manual' })
        if (isEventStream(response)) return response
        throw await errorOf(response, connection, { path: op.path, headers })
      }
      const fetchStream: FetchLike = async (url, init) => {
        try {
          return await open(url, init)
        } catch (cause) {
          const signal = init.signal as AbortSignal
          if (signal.aborted) throw cause
          const error = failureOf(cause, connection)
          if (isTransient(error)) {
            await sharedSleep(error.retryAfterMs ?? 0)(signal)
            // The event source takes what is thrown for a broken connection.
            throw cause
          }
          refusal = error
          // Any status but 200 ends the stream for good.
          return new Response(null, { status: 400 })
        }
      }
      const link = httpSubscriptionLink<AppRouter, typeof EventSource>({
        url: `${connection.server}/trpc`,
        transformer: superjson,
        EventSource,
        eventSourceOptions: () => ({ fetch: fetchStream }),
      })
      return link(runtime)({ op, next }).subscribe({
        next: (value) => observer.next(value),
        complete: () => observer.complete(),
        error: (error) => observer.error(refusal ?? error),
      })
    })
