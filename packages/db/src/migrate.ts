/** Migrates a database when it is opened, and checks whether it is migrated. */
import type { MikroORM, SqlEntityManager } from '@mikro-orm/sql'
import { inTransaction, type Unit } from './connections.ts'
import { migrationLock, takeLock } from './locks.ts'
import { migrationNames } from './migration-names.ts'
import { retryIfUndone } from './prepared-statements.ts'

/** Disabled here: the wait lasts as long as another process's migration, and this transaction is idle while its own migration runs. */
const unlimited = ['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout']

/**
 * Runs the missing migrations; one statement finds out whether there are any. Processes that start together wait for an advisory lock, and
 * all but the first find the work done. An embedded database has one connection and, because of its directory's lock, one process, so it
 * needs no advisory lock.
 */
export async function migrate(orm: MikroORM, shared: boolean): Promise<void> {
  if (await retryIfUndone(() => isMigrated(orm.em))) return
  // loaded only here, because most starts have nothing to migrate
  const { migratorOptions } = await import('./migrator-options.ts')
  orm.config.set('migrations', { ...orm.config.get('migrations'), ...migratorOptions.migrations })
  for (const extension of migratorOptions.extensions) extension.register(orm)
  if (!shared) {
    await orm.migrator.up()
    return
  }
  const migrateAlone = async ({ query }: Unit): Promise<void> => {
    for (const name of unlimited) {
      await query.selectNoFrom(({ fn, val }) => fn('set_config', [val(name), val('0'), val(true)]).as('set')).execute()
    }
    // fails with 22P05 if the database's encoding has no such character; names of people and devices could not be stored there
    await query.selectNoFrom(({ val }) => val('\u{1F680}').as('sample')).execute()
    await takeLock(query, migrationLock)
    await orm.migrator.up()
  }
  await retryIfUndone(() => inTransaction(orm.em, migrateAlone))
}

const undefinedTable = '42P01'

/** Whether every migration has run. Rejects if the query fails. */
export async function isMigrated(em: SqlEntityManager): Promise<boolean> {
  const run = await migrationsRun(em)
  return migrationNames.every((name) => run.has(name))
}

/** Returns the names of the migrations that have run; an empty set for a database that was never migrated. */
export async function migrationsRun(em: SqlEntityManager): Promise<ReadonlySet<string>> {
  const migrations = em.getKysely<{ mikro_orm_migrations: { name: string } }>().selectFrom('mikro_orm_migrations')
  try {
    return new Set((await migrations.select('name').execute()).map(({ name }) => name))
  } catch (error) {
    if ((error as { code?: string }).code === undefinedTable) return new Set()
    throw error
  }
}
