/** MikroORM's options for migrations, in addition to orm-options.ts. */
import { Migrator } from '@mikro-orm/migrations'
import { migrations } from './migrations.ts'

export const migratorOptions = {
  extensions: [Migrator],
  migrations: { migrationsList: migrations, snapshot: false },
}
