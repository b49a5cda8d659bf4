/** What MikroORM is told wherever it runs: entities, and how rows are treated. */
import type { Options } from '@mikro-orm/sql'
import { entities } from './entities.ts'

export const ormOptions = {
  entities: [...entities],
  forceUtcTimezone: true,
  colors: false,
  // rows are values: what a unit of work has read is neither remembered nor watched for changes
  disableIdentityMap: true,
} satisfies Partial<Options>
