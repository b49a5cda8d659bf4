/** PGlite for MikroORM: PostgreSQL inside this process, with one connection and its files in the data directory. */
import type { Options } from '@mikro-orm/sql'
import { parsersWithInstants } from './instants.ts'

/** A PGlite instance; nothing here calls it. */
export type EmbeddedInstance = object

/** Returns options for `MikroORM` on the files in `dataDir`. Lock the directory first. */
export async function embeddedOptions(dataDir: string): Promise<Partial<Options>> {
  const { PgliteDriver } = await import('@mikro-orm/pglite')
  return { driver: PgliteDriver, dbName: 'postgres', driverOptions: { dataDir, parsers: parsersWithInstants } }
}

/** Returns options for `MikroORM` on an existing instance, which the caller closes (tests share instances). */
export async function instanceOptions(pglite: EmbeddedInstance): Promise<Partial<Options>> {
  const { PgliteDriver } = await import('@mikro-orm/pglite')
  return { driver: PgliteDriver, dbName: 'postgres', driverOptions: { pglite } }
}
