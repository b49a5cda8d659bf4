/** The settings that most tests start a node with. */
import { join } from 'node:path'
import { createSharedDatabase } from '@osa/db/testing/shared-postgres'

/** Settings of a node on a new database of the run's PostgreSQL, with its files below `folder`. */
export async function onPostgres(
  folder: { readonly path: string },
  more: Readonly<Record<string, string>> = {},
): Promise<Record<string, string>> {
  return {
    DATABASE_URL: await createSharedDatabase({ migrated: true }),
    OSA_DATA_DIR: join(folder.path, 'data'),
    ...more,
  }
}
