/** Bringing a database up to date when it is opened, and telling whether it is. */
import type { MikroORM } from '@mikro-orm/sql'
import type { Kysely } from 'kysely'
import { migrationLock } from './locks.ts'
import { newestMigration } from './migrations.ts'
import { unlessMisplaced } from './prepared-statements.ts'
import { type Sql, sqlOn } from './sql.ts'

/**
 * Runs what is missing. Processes that start together stand in one line: each waits for the advisory lock and finds the work done. An
 * embedded database has one connection and, by its directory's lock, one process, so there is nothing to wait for.
 */
export const migrate = async (orm: MikroORM, connection: Kysely<unknown>, shared: boolean): Promise<void> => {
  if (!shared) {
    await orm.migrator.up()
    return
  }
  const inLine = async (transaction: Kysely<unknown>): Promise<void> => {
    const sql = sqlOn(transaction)
    // the wait may be as long as somebody else's migration, and this transaction idles while ours runs
    await sql('set local statement_timeout = 0')
    await sql('set local lock_timeout = 0')
    await sql('set local idle_in_transaction_session_timeout = 0')
    await sql('select pg_advisory_xact_lock($1)', [migrationLock])
    await orm.migrator.up()
  }
  await unlessMisplaced(() => connection.transaction().execute(inLine))
}

/** Whether the newest migration has run. Rejects when the database cannot be asked. */
export const isMigrated = async (sql: Sql): Promise<boolean> => {
  const { rows } = await sql('select 1 from mikro_orm_migrations where name = $1', [newestMigration])
  return rows.length === 1
}
