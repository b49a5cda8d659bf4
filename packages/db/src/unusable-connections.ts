/**
 * Removes unusable connections from the pool. A pool drops broken connections by itself, but a session on a server that became read-only,
 * or that reports damaged data, stays open and would be used again and again.
 */
import type { Pool, PoolClient } from 'pg'
import { decisionFor } from './database-errors.ts'

/** For MikroORM's `driverOptions.onPoolCreated`. Closes a connection when it is released if one of its errors calls for `reconnect`. */
export function closeUnusableConnections(pool: Pool): void {
  const unusable = new WeakSet<PoolClient>()
  pool.on('connect', (client: PoolClient) => {
    const query = client.query.bind(client) as (...call: unknown[]) => unknown
    const watched = (...call: unknown[]): unknown => {
      const answer = query(...call)
      if (answer instanceof Promise) answer.catch((error: unknown) => check(client, error))
      return answer
    }
    client.query = watched as typeof client.query
  })
  const check = (client: PoolClient, error: unknown): void => {
    const state = (error as { code?: unknown } | null)?.code
    if (typeof state === 'string' && decisionFor(state) === 'reconnect') unusable.add(client)
  }
  // after this event the pool checks whether the client is still open
  pool.on('release', (_error: Error | undefined, client: PoolClient) => {
    if (unusable.has(client)) void (client as unknown as { end(): Promise<void> }).end()
  })
}
