/** PGlite behind MikroORM: PostgreSQL in this process, with one connection, its files in the data directory. */
import { chmod, readdir } from 'node:fs/promises'
import type { Options } from '@mikro-orm/sql'
import { parsersWithInstants } from './instants.ts'

/** The part of PGlite that is needed to hand over one of one's own. */
export type EmbeddedInstance = object

/** Makes a new database in `dataDir` unless one is there, and keeps it to its owner. Lock the directory first. */
export const ensureEmbedded = async (dataDir: string): Promise<void> => {
  if (await isEmpty(dataDir)) {
    const { makeInPlace } = await import('./embedded-template.ts')
    await makeInPlace(dataDir)
  }
  await chmod(dataDir, 0o700)
}

const isEmpty = async (directory: string): Promise<boolean> => {
  try {
    return (await readdir(directory)).length === 0
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return true
    throw error
  }
}

/** Options for `MikroORM.init` on files. Lock the directory first. */
export const embeddedOptions = async (dataDir: string): Promise<Partial<Options>> => {
  const { PgliteDriver } = await import('@mikro-orm/pglite')
  return { driver: PgliteDriver, dbName: 'postgres', driverOptions: { dataDir, parsers: parsersWithInstants } }
}

/** Options for `MikroORM.init` on an instance that stays its owner's (tests share one). */
export const instanceOptions = async (pglite: EmbeddedInstance): Promise<Partial<Options>> => {
  const { PgliteDriver } = await import('@mikro-orm/pglite')
  return { driver: PgliteDriver, dbName: 'postgres', driverOptions: { pglite } }
}
