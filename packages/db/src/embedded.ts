/** PGlite behind MikroORM: PostgreSQL in this process, with one connection, its files in the data directory. */
import type { Options } from '@mikro-orm/sql'
import { parsersWithInstants } from './instants.ts'

/** The part of PGlite that is needed to hand over one of one's own. */
export type EmbeddedInstance = object

/** Options for `MikroORM` on files. Lock the directory first. */
export async function embeddedOptions(dataDir: string): Promise<Partial<Options>> {
  const { PgliteDriver } = await import('@mikro-orm/pglite')
  return { driver: PgliteDriver, dbName: 'postgres', driverOptions: { dataDir, parsers: parsersWithInstants } }
}

/** Options for `MikroORM` on an instance that stays its owner's (tests share one). */
export async function instanceOptions(pglite: EmbeddedInstance): Promise<Partial<Options>> {
  const { PgliteDriver } = await import('@mikro-orm/pglite')
  return { driver: PgliteDriver, dbName: 'postgres', driverOptions: { pglite } }
}
