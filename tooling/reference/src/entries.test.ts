/** Checks that the reference includes every entry of the SDK that tools may import. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'

/** Entries that tools do not import: internals for `osa`, and a program that the SDK runs in a separate process. */
const internal = ['./internal', './keychain-helper']

test('the reference covers every entry of the package', async () => {
  const read = async (path: string) => JSON.parse(await readFile(join(import.meta.dirname, '..', path), 'utf8'))
  const { exports } = (await read('../../packages/sdk/package.json')) as {
    exports: Record<string, { types?: string; node?: { types: string } }>
  }
  const published = Object.entries(exports)
    .filter(([entry]) => !internal.includes(entry))
    .map(([, { types, node }]) => `../../packages/sdk/${(node?.types ?? types)?.slice(2)}`)
  const { entryPoints } = (await read('typedoc.json')) as { entryPoints: string[] }
  expect([...entryPoints].sort()).toEqual(published.sort())
})
