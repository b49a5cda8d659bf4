import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { transform } from 'esbuild'
import { defineConfig } from 'tsdown'
import { streamCopy } from '../../packages/sdk/stream-copy.ts'
import { bundledPackages } from './bundled-packages.ts'
import { commands } from './src/catalogue.ts'
import { manPages } from './src/man-pages.ts'

interface PluginContext {
  emitFile(file: { type: 'asset'; fileName: string; source: string }): string
  resolve(source: string, importer?: string, options?: object): Promise<{ id: string } | null>
}

const sdk = (file: string): string => fileURLToPath(new URL(`../../packages/sdk/src/${file}`, import.meta.url))

/** What `osa whoami --offline` needs, and so nearly every command. In one file: opening a file costs more than reading it. */
const start = [
  /[\\/]cli[\\/]src[\\/](catalogue|command-line|exit-codes|failure|interruption|io|live-line|marks|misspelled-words|nearest|person-label|program|prompt)\.ts$/,
  /[\\/]cli[\\/]src[\\/](commands[\\/]whoami|server-resolution|storage|time-text|token-resolution|wrap)\.ts$/,
  /[\\/]node_modules[\\/]cac[\\/]/,
  /[\\/]sdk[\\/]src[\\/](clock|duration|errors|server-url|signal|json-text|client[\\/](token-rule|resolve-server|issuer))\.ts$/,
  /[\\/]contract[\\/]src[\\/]text\.ts$/,
  /[\\/]sdk[\\/]src[\\/]credentials[\\/](config-dir|credential-store|credentials-file|login-index|private-file)\.ts$/,
  /[\\/]sdk[\\/]src[\\/](keychain[\\/](?!keychain-helper|bindings|orphan|vault)|link[\\/](find-link|link-file|read-link))/,
]

/** What the commands share that ask a server, or change what is saved. */
const online = [
  /[\\/]cli[\\/]src[\\/](account|network|proxy|session|trace-context)\.ts$/,
  /[\\/]sdk[\\/]src[\\/](client[\\/](?!subscription-link|received\.|discovery)|credentials[\\/])/,
  /[\\/]contract[\\/]src[\\/](access|envelope|me)\.ts$/,
  // All but what only event streams take.
  /[\\/]node_modules[\\/]@trpc[\\/](?!.*(\?stream|resolveResponse))/,
  /[\\/]sdk[\\/]package\.json$/,
  /\?least$/,
]

/** Whose schemas nearly every command that goes online needs: the person who is signed in. */
const personal = /[\\/](received-person|contract[\\/]src[\\/](me|access))\.ts$/

/**
 * Gives what checks answers a zod of its own, of which only the used parts are kept, and the check of `me` another that is smaller still. One
 * copy for all, `osa deploy` among them, would hold all that any of them uses.
 */
const leanZod = {
  name: 'lean-zod',
  async resolveId(this: PluginContext, source: string, importer: string | undefined) {
    const [, within] = /(\?lean|\?least)$/.exec(importer ?? '') ?? []
    if (source !== 'zod/mini' && !within) return null
    const mark = within ?? (personal.test(importer ?? '') ? '?least' : '?lean')
    const found = await this.resolve(source, importer?.replace(mark, ''), { skipSelf: true })
    return found && { id: `${found.id}${mark}`, moduleSideEffects: false }
  },
  load: async (id: string) => (/\?lea(n|st)$/.test(id) ? await readFile(id.replace(/\?lea(n|st)$/, ''), 'utf8') : null),
}

/**
 * Writes arrow functions as others. Node runs CommonJS inside a function, and there V8 reads arrow functions in full before anything
 * runs, but passes over the bodies of the others until they are called: a third of the time that it takes to compile.
 */
const skippableFunctions = {
  name: 'skippable-functions',
  renderChunk: async (code: string, chunk: { name: string }): Promise<string | null> =>
    untouched.has(chunk.name) ? null : (await transform(code, { supported: { arrow: false }, minify: true })).code,
}

/** Loaded late, and written with arrow functions before `super()`, which come out of it broken. */
const untouched = new Set(['undici', 'subscription-link'])

/** Puts the manual beside the code: `dist/man/osa.1` and one page for each command. */
const manual = {
  name: 'manual',
  generateBundle(this: PluginContext): void {
    for (const { file, text } of manPages(commands)) {
      this.emitFile({ type: 'asset', fileName: `man/${file}`, source: text })
    }
  },
}

const group = (name: string, patterns: readonly RegExp[]) => ({
  name,
  test: (id: string) => patterns.some((pattern) => pattern.test(id)),
})

export default defineConfig({
  entry: { main: 'src/main.ts', 'keychain-helper': 'src/keychain-helper.ts' },
  // CommonJS starts faster than modules do: one import of node:fs touches all its exports, and so loads streams.
  format: 'cjs',
  target: 'node20.19',
  platform: 'node',
  dts: false,
  // What is shorter is read and compiled sooner.
  minify: true,
  // From its sources, file by file: its own bundle would come as a whole.
  alias: {
    '@osa/sdk/node': sdk('node.ts'),
    '@osa/sdk/internal': sdk('internal.ts'),
    '@osa/sdk/deploy': sdk('deploy.ts'),
  },
  deps: { onlyBundle: bundledPackages },
  plugins: [leanZod, streamCopy, skippableFunctions, manual],
  outputOptions: {
    codeSplitting: {
      includeDependenciesRecursively: false,
      groups: [group('start', start), group('online', online)],
    },
  },
})
