import { defineConfig } from 'tsdown'

/** What nearly every command needs, and the keychain's helper does not. In one file: opening a file costs more than reading it. */
const common = [
  /[\\/]cli[\\/]src[\\/](account|catalogue|command-line|exit-codes|failure|interruption|io|marks|nearest|network|program|prompt|proxy)\.ts$/,
  /[\\/]cli[\\/]src[\\/](commands[\\/]whoami|server-resolution|storage|time-text|token-resolution)\.ts$/,
  /[\\/]node_modules[\\/]cac[\\/]/,
  /[\\/]sdk[\\/]dist[\\/](?!convention|deploy|keychain-helper|node\.js|random-hex|testing)/,
]

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
  outputOptions: {
    codeSplitting: {
      includeDependenciesRecursively: false,
      groups: [{ name: 'common', test: (id: string) => common.some((pattern) => pattern.test(id)) }],
    },
  },
})
