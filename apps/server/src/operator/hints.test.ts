/** Each `osa-server` command line that the node's own words name is run: hints, problems at the start, examples of help. */
import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createSharedDatabase } from '@osa/db/testing/shared-postgres'
import { beforeAll, expect, test } from 'vitest'
import { callOsaServer } from '../testing/osa-server.ts'

const folders = ['..', '../../../../packages/core/src', '../../../../packages/db/src'].map((folder) =>
  fileURLToPath(new URL(folder, import.meta.url)),
)

/** In strings, since comments may speak of anything; as far as words are a command line's and not the sentence's. */
const namedInSources = folders.flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !/\.test\.ts$|(^|\/)testing\//.test(name))
    .map((name) => readFileSync(join(folder, name), 'utf8').replace(/^\s*(\/?\*|\/\/|example:).*$/gm, ''))
    .flatMap((code) => [
      ...code.matchAll(
        /osa-server ((?:keys|sessions|audit)(?: (?:list(?!s)|rotate|abandon|revoke|--[a-z]+(?: sign_in)?))*)/g,
      ),
    ])
    .map(([, line = '']) => line),
)

let env: Record<string, string> = {}
beforeAll(async () => {
  const secret = randomBytes(32).toString('base64url')
  env = { DATABASE_URL: await createSharedDatabase({ migrated: true }), OSA_SECRET: secret }
})

const runLine = (line: string) =>
  callOsaServer(
    line.split(' ').map((word) => word.replaceAll("'", '')),
    env,
  )

/** On a database where an example's person has not signed in. */
async function expectToWork(line: string): Promise<void> {
  const { code, stderr } = await runLine(line)
  if (stderr.startsWith('Nobody called ')) expect({ line, code }).toEqual({ line, code: 1 })
  else expect({ line, code, stderr }).toEqual({ line, code: 0, stderr: '' })
}

test('the sources name commands', () => {
  expect(namedInSources).toContain('keys rotate --now')
  expect(namedInSources).toContain('sessions revoke --all')
  expect(namedInSources).toContain('keys abandon')
})

test.each([...new Set(namedInSources)])('osa-server %s, which the sources name, works', expectToWork)

/** These set up a node and run one: setup.test.ts has them. */
const ownTest = ['init', 'start', 'doctor']

test('each command that the help lists has a help, whose example works', async () => {
  const { stdout: overview } = await runLine('--help')
  const names = [...overview.matchAll(/^ {2}([a-z][a-z -]*?) {2}/gm)].map(([, name = '']) => name)
  expect(names.length).toBeGreaterThan(7)
  for (const name of names) {
    const { stdout: help } = await runLine(`${name} --help`)
    const [, example] = /^Example:\n {2}osa-server (.*)$/m.exec(help) ?? []
    expect(example).toMatch(new RegExp(`^${name}`))
    if (!ownTest.includes(name)) await expectToWork(example ?? '')
  }
})
