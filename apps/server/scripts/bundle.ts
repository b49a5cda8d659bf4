/** Joins the node and its packages into `dist/bundle` (src/bundle.ts says what for), in place of any bundle that is there. */
import { rename, rm, writeFile } from 'node:fs/promises'
import { relative } from 'node:path'
import { type Plugin, rolldown } from 'rolldown'
import { bundleDirectory, digestOf, type Ingredients, repository } from '../src/bundle.ts'

const unfinished = bundleDirectory.replace(/\/$/, '.unfinished')
const isSource = (id: string): boolean => id.startsWith(repository) && !id.includes('/node_modules/')

/** Sources find the files beside them from where they themselves are, and still do when they run from the bundle. */
const ownAddresses: Plugin = {
  name: 'own-addresses',
  transform(code, id) {
    if (!isSource(id) || !code.includes('import.meta.url')) return null
    const own = `new URL(${JSON.stringify(relative(bundleDirectory, id))}, import.meta.url).href`
    return { code: code.replaceAll('import.meta.url', own), map: null }
  },
}

const bundle = await rolldown({
  input: `${repository}apps/server/src/run.ts`,
  platform: 'node',
  // it has files of its own beside it
  external: '@electric-sql/pglite',
  plugins: [ownAddresses],
})
await rm(unfinished, { recursive: true, force: true })
// names as they are written, for whoever reads a stack
const { output } = await bundle.write({ dir: unfinished, keepNames: true })
await bundle.close()

/** A package changes when its version does. */
const manifestOf = (id: string): string => id.replace(/^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\/.*$/, '$1/package.json')
const modules = output.flatMap((chunk) => (chunk.type === 'chunk' ? chunk.moduleIds : []))
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
