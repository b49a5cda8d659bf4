import { transform } from 'esbuild'
import { defineConfig } from 'tsdown'

/** What nearly every command needs, and `osa whoami`. In one file: opening a file costs more than reading it. */
const common = [
  /[\\/]cli[\\/]src[\\/](account|catalogue|command-line|exit-codes|failure|interruption|io|marks|nearest|network|program|prompt|proxy)\.ts$/,
  /[\\/]cli[\\/]src[\\/](commands[\\/]whoami|server-resolution|storage|time-text|token-resolution)\.ts$/,
  /[\\/]node_modules[\\/]cac[\\/]/,
  /[\\/]sdk[\\/]dist[\\/](?!convention|deploy|keychain-helper|node\.js|random-hex|testing)/,
]

/**
 * Writes arrow functions as others. Node runs CommonJS inside a function, and there V8 reads arrow functions in full before anything
 * runs, but passes over the bodies of the others until they are called: a third of the time that it takes to compile.
 */
const skippableFunctions = {
  name: 'skippable-functions',
  renderChunk: async (code: string, chunk: { name: string }): Promise<string | null> =>
    chunk.name === 'undici' ? null : (await transform(code, { supported: { arrow: false }, minify: true })).code,
}

export default defineConfig({
  entry: { main: 'src/main.ts', 'keychain-helper': 'src/keychain-helper.ts' },
  // CommonJS starts faster than modules do: one import of node:fs touches all its exports, and so loads streams.
  format: 'cjs',
  target: 'node20.19',
  platform: 'node',
  dts: false,
  // What is shorter is compiled sooner: a twentieth of the start of `osa whoami --offline`.
  minify: true,
  deps: { onlyBundle: ['@balena/dockerignore', 'cac', 'undici', 'uqr', 'zod'] },
  plugins: [skippableFunctions],
  outputOptions: {
    codeSplitting: {
      includeDependenciesRecursively: false,
      groups: [{ name: 'common', test: (id: string) => common.some((pattern) => pattern.test(id)) }],
    },
  },
})
