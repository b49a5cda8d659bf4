/** Joins the node and its packages into `dist/bundle` (src/bundle.ts explains why), replacing an existing bundle. */
import { rename, rm, writeFile } from 'node:fs/promises'
import { relative } from 'node:path'
import { bundleDirectory, digestOf, type Ingredients, repository } from '../src/bundle.ts'
import { isSource, join } from './join.ts'

const unfinished = bundleDirectory.replace(/\/$/, '.unfinished')

await rm(unfinished, { recursive: true, force: true })
const modules = await join({
  input: { run: `${repository}apps/server/src/run.ts` },
  dir: unfinished,
  addressOf: (id) => relative(bundleDirectory, id),
})

/** Returns the manifest of a package. Its version represents all files of the package. */
const manifestOf = (id: string): string => id.replace(/^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\/.*$/, '$1/package.json')
const files = new Set(
  modules
    .filter((id) => id.startsWith(repository))
    .map((id) => relative(repository, isSource(id) ? id : manifestOf(id))),
)
const sorted = [...files].toSorted()
const ingredients: Ingredients = { files: sorted, digest: digestOf(sorted) }
await writeFile(`${unfinished}/ingredients.json`, JSON.stringify(ingredients))
await rm(bundleDirectory, { recursive: true, force: true })
await rename(unfinished, bundleDirectory)
