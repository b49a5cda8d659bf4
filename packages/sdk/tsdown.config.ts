import { defineConfig } from 'tsdown'
import { streamCopy } from './stream-copy.ts'

/** References that the declarations need: tRPC's types use disposables, in every entry with a client; Node's types include the web's. */
const disposables = '/// <reference lib="esnext.disposable" />'
const node = '/// <reference types="node" />'
const references: Readonly<Record<string, string>> = {
  'index.d.ts': disposables,
  ...Object.fromEntries(
    ['index.node', 'node', 'deploy', 'testing', 'internal'].map((entry) => [
      `${entry}.d.ts`,
      `${disposables}\n${node}`,
    ]),
  ),
}

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    'index.node': 'src/index.node.ts',
    node: 'src/node.ts',
    convention: 'src/convention/define.ts',
    deploy: 'src/deploy.ts',
    schemas: 'src/schemas.ts',
    testing: 'src/testing/index.ts',
    internal: 'src/internal.ts',
    'keychain-helper': 'src/keychain/keychain-helper.ts',
  },
  format: 'esm',
  target: 'node20.19',
  platform: 'node',
  fixedExtension: false,
  // The declarations include the types of the node's router and of the contract, so the compiler must see their sources.
  tsconfig: '../../tsconfig.sdk.json',
  dts: { eager: true },
  // Makes our declarations compile in projects with any `target`, `lib` and `types`.
  banner: ({ fileName }) => (references[fileName] ? { dts: references[fileName] } : undefined),
  deps: { onlyBundle: ['@trpc/client'] },
  plugins: [streamCopy],
})
