/** MikroORM's options for all uses: the entities, and how rows are handled. */
import type { Options } from '@mikro-orm/sql'
import { entities } from './entities.ts'

export const ormOptions = {
  entities: [...entities],
  forceUtcTimezone: true,
  colors: false,
  // rows are plain values: a unit of work neither caches them nor tracks changes to them
  disableIdentityMap: true,
} satisfies Partial<Options>
