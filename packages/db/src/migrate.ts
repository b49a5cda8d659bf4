/** Bringing a database up to date when it is opened, and telling whether it is. */
import type { MikroORM, SqlEntityManager } from '@mikro-orm/sql'
import { inTransaction, type Unit } from './connections.ts'
import { migrationLock, takeLock } from './locks.ts'
import { migrationNames } from './migration-names.ts'
import { againIfUndone } from './prepared-statements.ts'

/** The wait may be as long as somebody else's migration, and the transaction that waits idles while its own runs. */
const unlimited = ['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout']

/**
 * Runs what is missing; where nothing is, one statement tells. Processes that start together stand in one line: each waits for the advisory
 * lock and finds the work done. An embedded database has one connection and, by its directory's lock, one process, so there is nothing to
 * wait for.
 */
export async function migrate(orm: MikroORM, shared: boolean): Promise<void> {
  if (await againIfUndone(() => isMigrated(orm.em))) return
  // loaded only here, since most starts find nothing to do
  const { migratorOptions } = await import('./migrator-options.ts')
  orm.config.set('migrations', { ...orm.config.get('migrations'), ...migratorOptions.migrations })
  for (const extension of migratorOptions.extensions) extension.register(orm)
  if (!shared) {
    await orm.migrator.up()
    return
  }
  const inLine = async ({ query }: Unit): Promise<void> => {
    for (const name of unlimited) {
      await query.selectNoFrom(({ fn, val }) => fn('set_config', [val(name), val('0'), val(true)]).as('set')).execute()
    }
    await takeLock(query, migrationLock)
    await orm.migrator.up()
  }
  await againIfUndone(() => inTransaction(orm.em, inLine))
}

const undefinedTable = '42P01'

/** Whether every migration has run. Rejects when the database cannot be asked. */
export async function isMigrated(em: SqlEntityManager): Promise<boolean> {
  const run = await migrationsRun(em)
  return migrationNames.every((name) => run.has(name))
}

/** The names of the migrations that have run; none in a database that was never migrated. */
export async function migrationsRun(em: SqlEntityManager): Promise<ReadonlySet<string>> {
  const migrations = em.getKysely<{ mikro_orm_migrations: { name: string } }>().selectFrom('mikro_orm_migrations')
  try {
    return new Set((await migrations.select('name').execute()).map(({ name }) => name))
  } catch (error) {
    if ((error as { code?: string }).code === undefinedTable) return new Set()
    throw error
  }
}
