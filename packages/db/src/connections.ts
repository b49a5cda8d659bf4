/**
 * The way to the database that everything in this package takes: single statements and transactions on MikroORM's connections, refused at
 * once after `close`, with errors made safe to log.
 */
import type { Kysely } from 'kysely'
import { asDatabaseError, DatabaseUnavailable } from './database-errors.ts'
import { unlessMisplaced } from './prepared-statements.ts'
import { type Sql, sqlOn } from './sql.ts'

export interface Connections {
  /** One statement on any connection. */
  readonly sql: Sql
  /**
   * Commits when `work` resolves, rolls back when it rejects. READ COMMITTED: rows are locked, not snapshots kept. `work` changes nothing
   * but the database, since behind a pooler it may begin a second time.
   */
  transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T>
  /** Refuses all further work. */
  close(): void
}

export const connectionsOf = (kysely: Kysely<unknown>): Connections => {
  let open = true
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    // asked again of a closed embedded database, the driver would wait for ever
    if (!open) throw new DatabaseUnavailable('closed')
    try {
      return await work()
    } catch (error) {
      throw asDatabaseError(error)
    }
  }
  const onPool = sqlOn(kysely)
  return {
    sql: (text, values) => guarded(() => unlessMisplaced(() => onPool(text, values))),
    transaction: (work) =>
      guarded(() => unlessMisplaced(() => kysely.transaction().execute((inside) => work(sqlOn(inside))))),
    close: () => {
      open = false
    },
  }
}
