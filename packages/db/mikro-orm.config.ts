/** What MikroORM is told wherever it runs, at a node and in the scripts: entities, migrations, and how rows are treated. */
import { Migrator } from '@mikro-orm/migrations'
import type { Options } from '@mikro-orm/sql'
import { entities } from './src/entities.ts'
import { migrations } from './src/migrations.ts'

export default {
  entities: [...entities],
  extensions: [Migrator],
  migrations: { migrationsList: migrations, snapshot: false },
  forceUtcTimezone: true,
  colors: false,
  // rows are values: what a unit of work has read is neither remembered nor watched for changes
  disableIdentityMap: true,
} satisfies Partial<Options>
