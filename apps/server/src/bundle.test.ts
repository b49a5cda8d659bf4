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

test('a bundle is used while all that it was made from is as it was', () => {
  using made = directoryWith({ files, digest: digestOf(files) })
  expect(isFresh(made.directory)).toBe(true)
})

test('it is not once a source reads otherwise or is gone, nor where there is none', () => {
  using changed = directoryWith({ files, digest: digestOf(files.toReversed()) })
  using gone = directoryWith({ files: [...files, 'apps/server/src/gone.ts'], digest: digestOf(files) })
  using none = directoryWith()
  expect([changed, gone, none].map(({ directory }) => isFresh(directory))).toEqual([false, false, false])
})
