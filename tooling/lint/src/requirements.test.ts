/** The rules of apps/docs/requirements.md and the tests that name them stay together. */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { repository } from './workspaces.ts'

const page = readFileSync(join(repository, 'apps/docs/requirements.md'), 'utf8')
const [rules = '', untested = ''] = page.split('## Rules without a test')
const idsIn = (tables: string): string[] =>
  [...tables.matchAll(/^\| ([A-L]\d\d)(?: ★)? \|/gm)].map(([, id]) => id ?? '')

/** Ids at the start of a text in quotes: titles of tests, and rows of `test.each` that titles are made of. */
const namedByTests = new Set(
  globSync('{apps,packages,tooling}/*/{src,examples}/**/*.test.ts', { cwd: repository }).flatMap((file) =>
    [...readFileSync(join(repository, file), 'utf8').matchAll(/['"`]((?:[A-L]\d\d\b[ ,]*)+)/g)].flatMap(
      ([, ids = '']) => ids.match(/[A-L]\d\d/g) ?? [],
    ),
  ),
)

test('there are 255 rules, each once, in order and without a gap', () => {
  const ids = idsIn(rules)
  expect(ids).toHaveLength(255)
  expect(ids).toEqual([...new Set(ids)].toSorted())
  for (const id of ids)
    if (!id.endsWith('01')) expect(ids).toContain(`${id[0]}${`${Number(id.slice(1)) - 1}`.padStart(2, '0')}`)
})

test('each rule is named by a test, or the page says why not', () => {
  const missing = idsIn(rules).filter((id) => !namedByTests.has(id))
  expect(missing).toEqual(idsIn(untested))
})

test('no test names a rule that the page does not have', () => {
  const known = new Set(idsIn(rules))
  expect([...namedByTests].filter((id) => !known.has(id))).toEqual([])
})
