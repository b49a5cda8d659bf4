/** Joins the node's sources with the packages they use: for a checkout (bundle.ts) and for people who install it (package.ts). */
import { type Plugin, rolldown } from 'rolldown'
import { repository } from '../src/bundle.ts'

export const isSource = (id: string): boolean => id.startsWith(repository) && !id.includes('/node_modules/')

interface Joining {
  /** Entries, by the names of their files. */
  readonly input: Readonly<Record<string, string>>
  readonly dir: string
  /** Where a source is taken to be, from the folder of what it is joined into: it finds the files beside it from there. */
  addressOf(id: string): string
}

/** Answers the paths of all modules that the files in `dir` are made from. */
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
    // one has files of its own beside it; MikroORM looks whether the other is there, and takes Node's own if not
    external: ['@electric-sql/pglite', 'tinyglobby'],
    plugins: [ownAddresses],
  })
  // names as they are written, for whoever reads a stack
  const { output } = await bundle.write({ dir, keepNames: true })
  await bundle.close()
  return output.flatMap((chunk) => (chunk.type === 'chunk' ? chunk.moduleIds : []))
}
