/** Compares the rules of apps/docs/requirements.md with the tests that name them. */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { repository } from './workspaces.ts'

const page = readFileSync(join(repository, 'apps/docs/requirements.md'), 'utf8')
const [rules = '', untested = ''] = page.split('## Rules without a test')
const idsIn = (tables: string): string[] =>
  [...tables.matchAll(/^\| ([A-L]\d\d)(?: ★)? \|/gm)].map(([, id]) => id ?? '')

/** The ids at the start of string literals, which are the titles of tests and the `test.each` rows that become titles. */
const namedByTests = new Set(
  globSync('{apps,packages,tooling}/*/{src,examples}/**/*.test.ts', { cwd: repository }).flatMap((file) =>
    [...readFileSync(join(repository, file), 'utf8').matchAll(/['"`]((?:[A-L]\d\d\b[ ,]*)+)/g)].flatMap(
      ([, ids = '']) => ids.match(/[A-L]\d\d/g) ?? [],
    ),
  ),
)

test('there are 255 rules, in order, without duplicates or gaps', () => {
  const ids = idsIn(rules)
  expect(ids).toHaveLength(255)
  expect(ids).toEqual([...new Set(ids)].toSorted())
  for (const id of ids)
    if (!id.endsWith('01')) expect(ids).toContain(`${id[0]}${`${Number(id.slice(1)) - 1}`.padStart(2, '0')}`)
})

test('a test names each rule, or the page lists it as untested', () => {
  const missing = idsIn(rules).filter((id) => !namedByTests.has(id))
  expect(missing).toEqual(idsIn(untested))
})

test('every rule that a test names is on the page', () => {
  const known = new Set(idsIn(rules))
  expect([...namedByTests].filter((id) => !known.has(id))).toEqual([])
})
