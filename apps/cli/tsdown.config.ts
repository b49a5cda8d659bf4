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

/** The code that `osa whoami --offline` and nearly every other command needs. In one file, because opening a file costs more than reading it. */
const start = [
  /[\\/]cli[\\/]src[\\/](catalogue|command-line|exit-codes|failure|interruption|io|labels|live-line|marks|misspelled-words|nearest|program|prompt|shells)\.ts$/,
  /[\\/]cli[\\/]src[\\/](commands[\\/]whoami|server-resolution|storage|time-text|token-resolution|wrap)\.ts$/,
  /[\\/]node_modules[\\/]cac[\\/]/,
  /[\\/]sdk[\\/]src[\\/](clock|duration|errors|server-url|signal|json-text|client[\\/](token-rule|resolve-server|issuer))\.ts$/,
  /[\\/]contract[\\/]src[\\/]text\.ts$/,
  /[\\/]sdk[\\/]src[\\/]credentials[\\/](config-dir|credential-store|credentials-file|login-index|private-file)\.ts$/,
  /[\\/]sdk[\\/]src[\\/](keychain[\\/](?!keychain-helper|bindings|orphan|vault)|link[\\/](find-link|link-file|read-link))/,
]

/** The code shared by commands that send requests or change saved logins. */
const online = [
  /[\\/]cli[\\/]src[\\/](account|network|proxy|trace-context)\.ts$/,
  /[\\/]sdk[\\/]src[\\/](client[\\/](?!subscription-link|received\.|discovery)|credentials[\\/])/,
  /[\\/]contract[\\/]src[\\/](access|envelope|me)\.ts$/,
  // Everything except the parts that only event streams use.
  /[\\/]node_modules[\\/]@trpc[\\/](?!.*(\?stream|resolveResponse))/,
  /[\\/]sdk[\\/]package\.json$/,
  /\?least$/,
]

/** The files with the schemas of the signed-in person, which nearly every command that sends requests needs. */
const personal = /[\\/](received-person|contract[\\/]src[\\/](me|access))\.ts$/

/**
 * Gives the code that checks answers a separate copy of zod, reduced to the parts it uses, and the check of `me` another, even smaller one. A
 * single copy would have everything that any command uses, including `osa deploy`.
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
 * Converts arrow functions to ordinary ones. Node runs CommonJS inside a function, where V8 compiles arrow functions completely at the start
 * but other functions only when they are called. This saves a third of the compile time.
 */
const skippableFunctions = {
  name: 'skippable-functions',
  renderChunk: async (code: string, chunk: { name: string }): Promise<string | null> =>
    untouched.has(chunk.name) ? null : (await transform(code, { supported: { arrow: false }, minify: true })).code,
}

/** Chunks that are loaded late and have arrow functions before `super()`, which the conversion breaks. */
const untouched = new Set(['undici', 'subscription-link'])

/** Writes the manual pages: `dist/man/osa.1` and one for each command. */
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
  // CommonJS starts faster than modules: importing node:fs in a module reads all its exports, which loads the streams.
  format: 'cjs',
  target: 'node20.19',
  platform: 'node',
  dts: false,
  // Shorter code is read and compiled faster.
  minify: true,
  // The SDK's sources, so that only the files in use are bundled.
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
