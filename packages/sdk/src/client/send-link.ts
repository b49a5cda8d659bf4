/** The last link: queries and mutations in batches, subscriptions as event streams. */

import type { AppRouter } from '@osa/api/router-type'
import { type HTTPBatchLinkOptions, httpBatchLink, type OperationLink, type TRPCLink } from '@trpc/client'
import { observable, type Unsubscribable } from '@trpc/server/observable'
import { signedHeaders } from './auth-policy.ts'
import { toCallError } from './call-error.ts'
import type { Connection } from './connection.ts'
import { createGuardedFetch } from './guarded-fetch.ts'
import { transformer } from './transformer.ts'

/** The limits of a node for one request: calls, and characters of the URL. */
const maxItems = 10
const maxURLLength = 4000

type TrpcFetch = NonNullable<HTTPBatchLinkOptions<AppRouter['_def']['_config']['$types']>['fetch']>
type Operation = Parameters<OperationLink<AppRouter>>[0]['op']

const batchLink = (connection: Connection): TRPCLink<AppRouter> =>
  httpBatchLink<AppRouter>({
    url: `${connection.server}/trpc`,
    transformer,
    maxItems,
    maxURLLength,
    fetch: createGuardedFetch(connection.exchange) as TrpcFetch,
    headers: ({ opList }) => signedHeaders(connection, opList),
  })

/** Creates the link. Its errors are always `OsaCallError`s. */
export const sendLink =
  (connect: () => Promise<Connection>): TRPCLink<AppRouter> =>
  (runtime) => {
    let batch: Promise<OperationLink<AppRouter>> | null = null
    const linkFor = (type: Operation['type'], connection: Connection): Promise<OperationLink<AppRouter>> => {
      if (type !== 'subscription') {
        batch ??= Promise.resolve(batchLink(connection)(runtime))
        return batch
      }
      // Loaded on demand, because few pages make subscriptions.
      return import('./subscription-link.ts').then(({ subscriptionLink }) => subscriptionLink(connection)(runtime))
    }
    return ({ op, next }) =>
      observable((observer) => {
        let isOver = false
        let running: Unsubscribable | null = null
        const send = async (): Promise<void> => {
          const connection = await connect()
          const link = await linkFor(op.type, connection)
          if (isOver) return
          running = link({ op, next }).subscribe({
            next: (value) => observer.next(value),
            complete: () => observer.complete(),
            error: (error) => observer.error(toCallError(error, connection.server)),
          })
        }
        send().catch((error: unknown) => observer.error(toCallError(error, undefined)))
        return () => {
          isOver = true
          running?.unsubscribe()
        }
      })
  }
