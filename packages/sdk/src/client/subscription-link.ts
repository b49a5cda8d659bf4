/**
 * Subscriptions as event streams. The token travels in a header, never in the URL. A browser's own EventSource cannot send headers and Node
 * has none, so both use the `eventsource` package.
 */

import type { AppRouter } from '@osa/api/router-type'
import { httpSubscriptionLink, TRPCClientError, type TRPCLink } from '@trpc/client'
import { observable } from '@trpc/server/observable'
import { EventSource, type FetchLike } from 'eventsource'
import { signedHeaders } from './auth-policy.ts'
import { type OsaCallError, toCallError } from './call-error.ts'
import type { Connection } from './connection.ts'
import { refusalOf } from './guarded-fetch.ts'
import { isTransient } from './retry-policy.ts'
import { sharedSleep } from './shared-sleep.ts'
import type { HttpAnswer } from './to-answer.ts'
import { transformer } from './transformer.ts'

/** Returns the error for an answer that is not a stream: the node's own error, or what is wrong with the answer. */
function errorOf(answer: HttpAnswer): OsaCallError {
  const { server, status, headers } = answer
  const refusal = refusalOf(answer, 1)
  if (refusal) return toCallError(refusal, server)
  const { error } = answer.json as { error: unknown }
  const read = { error: transformer.deserialize(error) as object }
  return toCallError(TRPCClientError.from<AppRouter>(read, { meta: { response: { status, headers } } }), server)
}

/** Creates the link. A stream reconnects when its connection breaks or the node is unreachable or overloaded. Any other failure ends it. */
export const subscriptionLink =
  (connection: Connection): TRPCLink<AppRouter> =>
  (runtime) =>
  ({ op, next }) =>
    observable((observer) => {
      const { exchange, server, tokens } = connection
      let refusal: OsaCallError | null = null
      const open: FetchLike = async (url, init) => {
        // A stream outlives its token, so each connection gets a fresh one.
        await tokens.obtain()
        const headers = { ...init.headers, ...signedHeaders(connection, [op]) }
        const opened = await exchange.open(new URL(url), { ...(init as RequestInit), headers })
        if ('stream' in opened) return opened.stream
        throw errorOf(opened.answer)
      }
      const fetchStream: FetchLike = async (url, init) => {
        try {
          return await open(url, init)
        } catch (cause) {
          const signal = init.signal as AbortSignal
          if (signal.aborted) throw cause
          const error = toCallError(cause, server)
          if (isTransient(error)) {
            await sharedSleep(error.retryAfterMs ?? 0)(signal)
            // The event source treats an exception as a broken connection, and reconnects.
            throw cause
          }
          refusal = error
          // Any status but 200 ends the stream for good.
          return new Response(null, { status: 400 })
        }
      }
      const link = httpSubscriptionLink<AppRouter, typeof EventSource>({
        url: `${connection.server}/trpc`,
        transformer,
        EventSource,
        eventSourceOptions: () => ({ fetch: fetchStream }),
      })
      return link(runtime)({ op, next }).subscribe({
        next: (value) => observer.next(value),
        complete: () => observer.complete(),
        error: (error) => observer.error(refusal ?? error),
      })
    })
