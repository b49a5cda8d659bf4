/** Joins the sources of the node with the packages they use, for a checkout (bundle.ts) and for the npm package (package.ts). */
import { type Plugin, rolldown } from 'rolldown'
import { repository } from '../src/bundle.ts'

export const isSource = (id: string): boolean => id.startsWith(repository) && !id.includes('/node_modules/')

interface Joining {
  /** Entry modules by the names of the files to write. */
  readonly input: Readonly<Record<string, string>>
  readonly dir: string
  /** Returns the address that replaces `import.meta.url` of a source, relative to `dir`, so that it finds its neighbouring files. */
  addressOf(id: string): string
}

/** Writes the joined files to `dir`. Returns the paths of all modules in them. */
export async function join({ input, dir, addressOf }: Joining): Promise<string[]> {
  const ownAddresses: Plugin = {
    name: 'own-addresses',
    transform(code, id) {
      if (!isSource(id) || !code.includes('import.meta.url')) return null
      const own = `new URL(${JSON.stringify(addressOf(id))}, import.meta.url).href`
      return { code: code.replaceAll('import.meta.url', own), map: null }
    },
  }
  const bundle = await rolldown({
    input,
    platform: 'node',
    // PGlite loads files beside its modules; MikroORM uses tinyglobby only if it is installed
    external: ['@electric-sql/pglite', 'tinyglobby'],
    plugins: [ownAddresses],
  })
  // keep names for readable stacks
  const { output } = await bundle.write({ dir, keepNames: true })
  await bundle.close()
  return output.flatMap((chunk) => (chunk.type === 'chunk' ? chunk.moduleIds : []))
}
