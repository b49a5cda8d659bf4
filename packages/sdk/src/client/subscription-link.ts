/**
 * Subscriptions: an event stream that is asked for with a header, never with a token in the address. The browser's own EventSource cannot
 * send headers, and Node has none, so both use the same one.
 */
import { httpSubscriptionLink, TRPCClientError, type TRPCLink } from '@trpc/client'
import { observable } from '@trpc/server/observable'
import { EventSource, type FetchLike } from 'eventsource'
import superjson from 'superjson'
import { toAnswer } from '../wire/to-answer.ts'
import { unexpectedAnswer } from '../wire/unexpected-answer.ts'
import type { AppRouter } from './app-router.ts'
import { type OsaCallError, toCallError } from './call-error.ts'
import type { Connection } from './connection.ts'
import { signedHeaders } from './send-link.ts'

const isEventStream = (response: Response): boolean =>
  response.status === 200 && /^text\/event-stream\b/i.test(response.headers.get('content-type') ?? '')

/** The error for an answer that is no stream: the node's own, or what is wrong with the answer. */
const refusalOf = async (response: Response, { server }: Connection, path: string): Promise<OsaCallError> => {
  const answer = await toAnswer(response, { server, request: `GET /trpc/${path}` })
  const envelope = answer.json as { error?: Parameters<typeof superjson.deserialize>[0] } | null | undefined
  if (typeof envelope?.error !== 'object') return toCallError(unexpectedAnswer(answer), server)
  const error = superjson.deserialize<object>(envelope.error)
  return toCallError(TRPCClientError.from<AppRouter>({ error }, { meta: { response } }), server)
}

/** Makes the link. The stream reconnects by itself when its connection breaks; an answer that is no stream ends it. */
export const subscriptionLink =
  (connection: Connection): TRPCLink<AppRouter> =>
  (runtime) =>
  ({ op, next }) =>
    observable((observer) => {
      const { fetch } = connection
      let refusal: OsaCallError | null = null
      const fetchStream: FetchLike = async (url, init) => {
        const headers = { ...init.headers, ...signedHeaders(connection, [op]) }
        const response = await fetch(url, { ...(init as RequestInit), headers, redirect: 'manual' })
        if (isEventStream(response)) return response
        refusal = await refusalOf(response, connection, op.path)
        // Any status but 200 ends the stream for good.
        return new Response(null, { status: 400 })
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
