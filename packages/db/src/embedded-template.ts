/**
 * New embedded databases are copies of a template that `npm run build` makes: creating one with PGlite and the migrations takes four
 * seconds, copying one a quarter of a second. Without a template for this version, a database is created from scratch.
 */
import { createHash } from 'node:crypto'
import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import mikroOrmPglite from '@mikro-orm/pglite/package.json' with { type: 'json' }
import { MikroORM } from '@mikro-orm/sql'
import { embeddedOptions } from './embedded.ts'
import { migrate } from './migrate.ts'
import { ormOptions } from './orm-options.ts'

/** The directory of the templates; only the one for this version is used. */
export const templatesDirectory = fileURLToPath(new URL('../dist/embedded', import.meta.url))

const migrationsDirectory = fileURLToPath(new URL('./migrations', import.meta.url))

/**
 * What a template depends on: the version of PGlite and the sources of the migrations. A change to either needs a new template. The
 * packed node contains neither these sources nor a template.
 */
const ingredients = (): string[] => [
  mikroOrmPglite.dependencies['@electric-sql/pglite'],
  ...(existsSync(migrationsDirectory) ? readdirSync(migrationsDirectory) : [])
    .toSorted()
    .map((name) => readFileSync(join(migrationsDirectory, name), 'utf8')),
]
const key = createHash('sha256').update(JSON.stringify(ingredients())).digest('hex').slice(0, 16)

/** The paths of a template in `directory`: as the files of a data directory, and packed for PGlite to load into memory. */
export const templatePaths = (directory: string) => ({
  files: join(directory, key),
  packed: join(directory, `${key}.tar.gz`),
})

/** Creates a migrated database in `dataDir`, and runs `whileOpen` before closing it. */
export async function makeEmbedded(
  dataDir: string,
  whileOpen: (orm: MikroORM) => Promise<void> = async () => undefined,
): Promise<void> {
  const orm = new MikroORM({ ...ormOptions, ...(await embeddedOptions(dataDir)), logger: () => undefined })
  try {
    await migrate(orm, false)
    await whileOpen(orm)
  } finally {
    await orm.close()
  }
}

/**
 * Creates the database in `dataDir`, which must be missing or empty. The database gets that name only when it is complete, so a process
 * that is killed while creating it leaves only files that the next attempt removes. Lock the directory first.
 */
export async function makeInPlace(dataDir: string, templates = templatesDirectory): Promise<void> {
  const unfinished = `${dataDir}.unfinished`
  await rm(unfinished, { recursive: true, force: true })
  await mkdir(unfinished, { mode: 0o700 })
  const template = templatePaths(templates).files
  // synchronously, because nothing else runs at a first start, and copying a thousand small files asynchronously takes more than twice as long
  if (existsSync(template)) cpSync(template, unfinished, { recursive: true })
  else await makeEmbedded(unfinished)
  await rm(dataDir, { recursive: true, force: true })
  await rename(unfinished, dataDir)
}
