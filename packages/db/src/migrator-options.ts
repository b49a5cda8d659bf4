/** What MikroORM is told where it migrates, beside orm-options.ts. */
import { Migrator } from '@mikro-orm/migrations'
import { migrations } from './migrations.ts'

export const migratorOptions = {
  extensions: [Migrator],
  migrations: { migrationsList: migrations, snapshot: false },
}
