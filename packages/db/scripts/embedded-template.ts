/** Builds the template for new embedded databases (embedded-template.ts) in `dist/`, replacing any existing one. */
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import type { PgliteConnection } from '@mikro-orm/pglite'
import { makeEmbedded, templatePaths, templatesDirectory } from '../src/embedded-template.ts'

const unfinished = `${templatesDirectory}.unfinished`
const { files, packed } = templatePaths(unfinished)

await rm(unfinished, { recursive: true, force: true })
await mkdir(files, { recursive: true })
await makeEmbedded(files, async (orm) => {
  const pglite = await (orm.em.getConnection() as unknown as PgliteConnection).getNativeClient()
  await pglite.exec('checkpoint') // so that a copy has nothing to recover
  const dump = await pglite.dumpDataDir('gzip')
  await writeFile(packed, dump.stream())
})
await rm(templatesDirectory, { recursive: true, force: true })
await rename(unfinished, templatesDirectory)
