/**
 * Runs units of work and single statements on MikroORM's connections. Everything in this package reaches the database through here. After
 * `close` all work is refused at once; errors are made safe to log.
 */
import type { SqlEntityManager } from '@mikro-orm/sql'
import { asDatabaseError, DatabaseUnavailable } from './database-errors.ts'
import { retryIfUndone } from './prepared-statements.ts'
import { type Query, queryOn } from './query.ts'

/** What a unit of work gets: its own entity manager, and the query builder on the same connection. */
export interface Unit {
  readonly em: SqlEntityManager
  readonly query: Query
}

export interface Connections {
  /** Runs one statement on any connection. */
  run<T>(statement: (unit: Unit) => Promise<T>): Promise<T>
  /**
   * Commits when `work` resolves and rolls back when it rejects. Isolation is READ COMMITTED: rows are protected by locks, not by
   * snapshots. `work` must change nothing outside the database, because it may be repeated after a rollback.
   */
  transaction<T>(work: (unit: Unit) => Promise<T>): Promise<T>
  /** Refuses all further work. */
  close(): void
}

/**
 * Runs `work` in a Kysely transaction with an entity manager on the same connection. `em.transactional` is not used: if the server dies
 * during the transaction, its ROLLBACK fails and the connection never returns to the pool. A unit of work also must not join a
 * transaction of an asynchronous caller.
 */
export const inTransaction = <T>(em: SqlEntityManager, work: (unit: Unit) => Promise<T>): Promise<T> =>
  queryOn(em)
    .transaction()
    .setIsolationLevel('read committed')
    .execute((query) => {
      const inside = em.fork({ disableContextResolution: true })
      inside.setTransactionContext(query.withoutPlugins())
      return work({ em: inside, query })
    })

/** Wraps each statement and transaction, for tracing. It must run `work` and return its result. */
export type DatabaseTrace = <T>(kind: 'statement' | 'transaction', work: () => Promise<T>) => Promise<T>

export function connectionsOf(em: SqlEntityManager, trace: DatabaseTrace | null = null): Connections {
  let open = true
  const guarded = async <T>(kind: Parameters<DatabaseTrace>[0], work: () => Promise<T>): Promise<T> => {
    // on a closed embedded database the driver would wait for ever
    if (!open) throw new DatabaseUnavailable('closed')
    try {
      return await retryIfUndone(trace === null ? work : () => trace(kind, work))
    } catch (error) {
      throw asDatabaseError(error)
    }
  }
  const query = queryOn(em)
  const onPool: Unit = {
    query,
    get em() {
      return em.fork({ disableContextResolution: true })
    },
  }
  return {
    run: (statement) => guarded('statement', () => statement(onPool)),
    transaction: (work) => guarded('transaction', () => inTransaction(em, work)),
    close: () => {
      open = false
    },
  }
}
