import { mkdtempDisposableSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { digestOf, type Ingredients, isFresh } from './bundle.ts'

function directoryWith(ingredients?: Ingredients) {
  const folder = mkdtempDisposableSync(join(tmpdir(), 'osa-bundle-'))
  const directory = `${folder.path}/`
  if (ingredients) writeFileSync(join(directory, 'ingredients.json'), JSON.stringify(ingredients))
  return { directory, [Symbol.dispose]: () => folder.remove() }
}

const files = ['apps/server/src/run.ts', 'apps/server/package.json']

test('a bundle is used while its source files are unchanged', () => {
  using made = directoryWith({ files, digest: digestOf(files) })
  expect(isFresh(made.directory)).toBe(true)
})

test('a bundle is not used if a source file has changed or is missing, or if there is no bundle', () => {
  using changed = directoryWith({ files, digest: digestOf(files.toReversed()) })
  using gone = directoryWith({ files: [...files, 'apps/server/src/gone.ts'], digest: digestOf(files) })
  using none = directoryWith()
  expect([changed, gone, none].map(({ directory }) => isFresh(directory))).toEqual([false, false, false])
})
