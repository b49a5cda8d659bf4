/** Runs every `osa-server` command line that the node mentions in hints, start-up problems and examples. */
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

/** Command lines in strings of the sources, without comments. The pattern ends where the surrounding sentence continues. */
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

/** Accepts the failure of examples that name a person, since nobody has signed in on this database. */
async function expectToWork(line: string): Promise<void> {
  const { code, stderr } = await runLine(line)
  if (stderr.startsWith('Nobody called ')) expect({ line, code }).toEqual({ line, code: 1 })
  else expect({ line, code, stderr }).toEqual({ line, code: 0, stderr: '' })
}

test('the sources mention commands', () => {
  expect(namedInSources).toContain('keys rotate --now')
  expect(namedInSources).toContain('sessions revoke --all')
  expect(namedInSources).toContain('keys abandon')
})

test.each([...new Set(namedInSources)])('osa-server %s, mentioned in the sources, works', expectToWork)

/** These set up or run a node; setup.test.ts and doctor.test.ts cover them. */
const ownTest = ['init', 'start', 'doctor']

test('every listed command has help with a working example', async () => {
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
