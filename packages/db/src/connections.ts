/**
 * The way to the database that everything in this package takes: units of work and single statements on MikroORM's connections, refused
 * at once after `close`, with errors made safe to log.
 */
import type { SqlEntityManager } from '@mikro-orm/sql'
import { asDatabaseError, DatabaseUnavailable } from './database-errors.ts'
import { againIfUndone } from './prepared-statements.ts'
import { type Query, queryOn } from './query.ts'

/** What a unit of work has: an entity manager of its own, and the query builder on the same connection. */
export interface Unit {
  readonly em: SqlEntityManager
  readonly query: Query
}

export interface Connections {
  /** One statement on any connection. */
  run<T>(statement: (unit: Unit) => Promise<T>): Promise<T>
  /**
   * Commits when `work` resolves, rolls back when it rejects. READ COMMITTED: rows are locked, not snapshots kept. `work` changes nothing
   * but the database, since it may begin again after it was undone.
   */
  transaction<T>(work: (unit: Unit) => Promise<T>): Promise<T>
  /** Refuses all further work. */
  close(): void
}

/**
 * A transaction of Kysely's with an entity manager in it. Not `em.transactional`: where the server dies in the middle, its ROLLBACK fails
 * and the connection never returns to the pool. Nor does a unit of work join the transaction that somebody up the asynchronous stack is in.
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

/** Goes around each statement and transaction, for traces; it does the work and answers what comes of it. */
export type DatabaseTrace = <T>(kind: 'statement' | 'transaction', work: () => Promise<T>) => Promise<T>

export function connectionsOf(em: SqlEntityManager, trace: DatabaseTrace | null = null): Connections {
  let open = true
  const guarded = async <T>(kind: Parameters<DatabaseTrace>[0], work: () => Promise<T>): Promise<T> => {
    // asked again of a closed embedded database, the driver would wait for ever
    if (!open) throw new DatabaseUnavailable('closed')
    try {
      return await againIfUndone(trace === null ? work : () => trace(kind, work))
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
