/** Compares the tables of the README with the code. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { errorCodes } from './errors.ts'
import * as main from './index.node.ts'
import * as node from './node.ts'
import * as testing from './testing/index.ts'

let readme: string
beforeAll(async () => {
  readme = await readFile(join(import.meta.dirname, '../README.md'), 'utf8')
})

/** Returns the rows of the table that starts with this row. */
function table(head: string): string[] {
  const [, rest = ''] = readme.split(`\n${head}\n`)
  return (rest.split('\n\n')[0] ?? '').split('\n').slice(1)
}
const codeIn = (text = ''): string[] => [...text.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code)

test('the README lists every error code once, and no others', () => {
  const listed = table('| code | when |').flatMap((row) => codeIn(row.split('|')[1]))
  expect(listed.toSorted()).toEqual([...errorCodes].toSorted())
})

test.each([
  ['@osa/sdk', main],
  ['@osa/sdk/node', node],
  ['@osa/sdk/testing', testing],
])('every function in the table of %s is exported', (entry, exported) => {
  const names = table(`| \`${entry}\` | |`)
    .flatMap((row) => codeIn(row.split('|')[1]))
    .flatMap((code) => /^([a-zA-Z]+)\(/.exec(code)?.[1] ?? [])
  expect(names.length).toBeGreaterThan(1)
  for (const name of names) expect(exported, name).toHaveProperty(name)
})

test('the fake node has every method that the README names', async () => {
  const [row = ''] = table('| `@osa/sdk/testing` | |')
  const [, switches = ''] = /Its switches: (.*?)\. What/.exec(row) ?? []
  await using fake = await testing.fakeOsaServer()
  expect(codeIn(switches).length).toBeGreaterThan(10)
  for (const name of codeIn(switches)) expect(fake, name).toHaveProperty(name)
})
