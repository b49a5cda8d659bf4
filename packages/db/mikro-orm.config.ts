/** What MikroORM is told where it migrates: as at a node, and the migrations beside. */
import { Migrator } from '@mikro-orm/migrations'
import type { Options } from '@mikro-orm/sql'
import { migrations } from './src/migrations.ts'
import { ormOptions } from './src/orm-options.ts'

export default {
  ...ormOptions,
  extensions: [Migrator],
  migrations: { migrationsList: migrations, snapshot: false },
} satisfies Partial<Options>
