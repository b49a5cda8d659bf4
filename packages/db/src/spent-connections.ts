/**
 * Keeps the pool free of connections that will not do any more. A pool drops what broke; a session on a server that has become read-only,
 * or that reports damage, stays open and would be handed out again for as long as it is used.
 */
import type { Pool, PoolClient } from 'pg'
import { decisionOn } from './database-errors.ts'

/** For MikroORM's `driverOptions.onPoolCreated`: a connection on which an error says `reconnect` is closed when it is given back. */
export function dropSpentConnections(pool: Pool): void {
  const spent = new WeakSet<PoolClient>()
  pool.on('connect', (client: PoolClient) => {
    const query = client.query.bind(client) as (...call: unknown[]) => unknown
    const watched = (...call: unknown[]): unknown => {
      const answer = query(...call)
      if (answer instanceof Promise) answer.catch((error: unknown) => judge(client, error))
      return answer
    }
    client.query = watched as typeof client.query
  })
  const judge = (client: PoolClient, error: unknown): void => {
    const state = (error as { code?: unknown } | null)?.code
    if (typeof state === 'string' && decisionOn(state) === 'reconnect') spent.add(client)
  }
  // the pool looks after this event whether the client is still open
  pool.on('release', (_error: Error | undefined, client: PoolClient) => {
    if (spent.has(client)) void (client as unknown as { end(): Promise<void> }).end()
  })
}
