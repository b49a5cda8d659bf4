/**
 * New embedded databases are copies of a template that `npm run build` makes once: to make one from nothing costs PGlite and the migrations
 * four seconds, and a copy a quarter of one. Without a template that fits, a database is made in its place.
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

/** Where templates are kept; only the one that fits this version is used. */
export const templatesDirectory = fileURLToPath(new URL('../dist/embedded', import.meta.url))

const migrationsDirectory = fileURLToPath(new URL('./migrations', import.meta.url))

/**
 * What a template is made from: another PGlite, or a migration that reads otherwise, makes another one. The packed node has neither the
 * migrations' sources nor a template.
 */
const ingredients = (): string[] => [
  mikroOrmPglite.dependencies['@electric-sql/pglite'],
  ...(existsSync(migrationsDirectory) ? readdirSync(migrationsDirectory) : [])
    .toSorted()
    .map((name) => readFileSync(join(migrationsDirectory, name), 'utf8')),
]
const key = createHash('sha256').update(JSON.stringify(ingredients())).digest('hex').slice(0, 16)

/** The files of a template, as PGlite keeps them in a directory; and the same packed, as it loads them into memory. */
export const templatePaths = (directory: string) => ({
  files: join(directory, key),
  packed: join(directory, `${key}.tar.gz`),
})

/** Makes a migrated database in `dataDir`. What `whileOpen` returns is done before it is closed. */
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
 * Makes the database of `dataDir`, which is not there or empty. It is complete before it has that name, so that whoever is killed in the
 * middle leaves nothing but files that the next try removes. Lock the directory first.
 */
export async function makeInPlace(dataDir: string, templates = templatesDirectory): Promise<void> {
  const unfinished = `${dataDir}.unfinished`
  await rm(unfinished, { recursive: true, force: true })
  await mkdir(unfinished, { mode: 0o700 })
  const template = templatePaths(templates).files
  // in one go, since nothing else waits at a first start: a thousand small files cost more than twice as much asynchronously
  if (existsSync(template)) cpSync(template, unfinished, { recursive: true })
  else await makeEmbedded(unfinished)
  await rm(dataDir, { recursive: true, force: true })
  await rename(unfinished, dataDir)
}
