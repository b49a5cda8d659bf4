import { defineConfig } from 'tsdown'

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    'index.node': 'src/index.node.ts',
    node: 'src/node.ts',
    convention: 'src/convention/define.ts',
    deploy: 'src/deploy.ts',
    testing: 'src/testing/index.ts',
    'keychain-helper': 'src/keychain/keychain-helper.ts',
  },
  format: 'esm',
  target: 'node20.19',
  platform: 'node',
  fixedExtension: false,
  // The node's router and the contract are written out in the declarations, so the compiler must see their sources.
  tsconfig: '../../tsconfig.sdk.json',
  dts: { eager: true },
  deps: { onlyBundle: [] },
})
