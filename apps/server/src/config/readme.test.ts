/** The settings table of the README is complete. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { settings } from './settings.ts'

test('the README names every setting, and no other', () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
  const table = readme.split('\n').filter((line) => line.startsWith('| `'))
  const named = table.flatMap((line) => line.split('|')[1]?.match(/`[A-Z_]+`/g) ?? []).map((name) => name.slice(1, -1))
  expect(named.sort()).toEqual(Object.keys(settings).sort())
})
