/** The notice of a newer version, with a registry that the test runs. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { registryOf } from './newer-version.ts'
import { makeSandbox, type Sandbox } from './testing/run-osa.ts'
import { seedCredentials } from './testing/seed.ts'
import { version } from './version.ts'

const execute = promisify(execFile)
const main = fileURLToPath(new URL('../dist/main.cjs', import.meta.url))

interface Registry extends AsyncDisposable {
  readonly url: string
  readonly asked: { path: string; headers: IncomingHttpHeaders }[]
}

/** Starts a registry. `answer`: the body of each answer; null: it never answers. */
async function startRegistry(answer: string | null): Promise<Registry> {
  const asked: Registry['asked'] = []
  const server = createServer(({ url = '', headers }, response) => {
    asked.push({ path: url, headers })
    if (answer !== null) response.end(answer)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise<void>((done) => server.close(() => done()))
    },
  }
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await delay(20)
}

const stateOf = (sandbox: Sandbox): string => join(sandbox.home, '.local/state/osa')
const newestOf = (sandbox: Sandbox): string => join(stateOf(sandbox), 'newest-version')

async function signedIn(): Promise<Sandbox> {
  const sandbox = await makeSandbox()
  const user = { display_name: 'Josiah Carberry', external_id: '0000-0002-1825-0097' }
  await seedCredentials(sandbox, { 'https://archive.example': { access_token: 'a', user } })
  return sandbox
}

const whoami = (sandbox: Sandbox, env: Record<string, string>, ...more: string[]) =>
  sandbox.runOnTerminal(['whoami', '--offline', ...more], { env })

const notice = `A newer osa is available: 99.1.0 (you have ${version}). To update: npm install -g @osa/cli`

test('once a day the registry is asked, and a newer version is mentioned after a command', async () => {
  await using registry = await startRegistry('{"latest":"99.1.0","next":"100.0.0"}')
  await using sandbox = await signedIn()
  const env = { OSA_UPDATE_CHECK: registry.url, OSA_TOKEN: '' }
  const before = await whoami(sandbox, {})
  expect(await whoami(sandbox, env)).toEqual(before)
  await until(() => existsSync(newestOf(sandbox)))
  const told = await whoami(sandbox, env)
  expect(told.code).toBe(0)
  expect(told.screen).toBe(`${before.screen} → ${notice}\r\n`)
  expect((await whoami(sandbox, env)).screen).toBe(before.screen)
  expect(registry.asked.map(({ path }) => path)).toEqual(['/-/package/@osa%2fcli/dist-tags'])
  expect(registry.asked[0]?.headers).toMatchObject({ 'user-agent': `osa/${version}` })
  expect(registry.asked[0]?.headers).not.toHaveProperty('authorization')
  for (const name of ['newest-version-told', 'newest-version-asked']) {
    const path = join(stateOf(sandbox), name)
    await writeFile(path, String(Number(await readFile(path, 'utf8')) - 86_400_000))
  }
  expect((await whoami(sandbox, env)).screen).toContain(notice)
  await until(() => registry.asked.length === 2)
})

test('without the setting, in CI, without a terminal, with --json or --quiet no registry is asked and nothing is written', async () => {
  await using registry = await startRegistry('{"latest":"99.1.0"}')
  await using sandbox = await signedIn()
  const env = { OSA_UPDATE_CHECK: registry.url }
  await whoami(sandbox, {})
  await whoami(sandbox, { OSA_UPDATE_CHECK: '0' })
  await whoami(sandbox, { ...env, CI: 'true' })
  await whoami(sandbox, env, '--json')
  await whoami(sandbox, env, '-q')
  await sandbox.run(['whoami', '--offline'], { env })
  await sandbox.runOnTerminal(['--version'], { env })
  expect(existsSync(join(sandbox.home, '.local'))).toBe(false)
  expect(registry.asked).toEqual([])
})

test('a registry that does not answer neither delays a command nor changes its exit code', async () => {
  await using registry = await startRegistry(null)
  await using sandbox = await signedIn()
  const env = { OSA_UPDATE_CHECK: registry.url }
  const { code, screen } = await whoami(sandbox, env)
  expect({ code, screen }).toEqual({ code: 0, screen: (await whoami(sandbox, {})).screen })
  await until(() => registry.asked.length === 1)
  expect(existsSync(newestOf(sandbox))).toBe(false)
  const failing = await sandbox.runOnTerminal(['bogus'], { env })
  expect(failing.code).toBe(2)
})

test.each([
  ['a version with other text after it', '{"latest":"99.0.0-evil\u001b[2J"}'],
  ['a number', '{"latest":1}'],
  ['a page', '<html>'],
  ['a list', '[]'],
  ['more than 10,000 characters', `{"latest":"99.0.0","next":"${'9'.repeat(20_000)}"}`],
])('an answer of the registry with %s is ignored', async (_, answer) => {
  await using registry = await startRegistry(answer)
  await using sandbox = await makeSandbox()
  const file = join(sandbox.home, 'newest')
  const env = { ...process.env, OSA_UPDATE_CHECK: registry.url }
  await expect(execute(process.execPath, [main, '--ask-registry', file], { env })).rejects.toMatchObject({ code: 1 })
  expect(registry.asked).toHaveLength(1)
  expect(existsSync(file)).toBe(false)
})

test('an older version, an invalid one and a folder that cannot be written to are ignored', async () => {
  await using sandbox = await signedIn()
  const env = { OSA_UPDATE_CHECK: 'http://127.0.0.1:61' }
  const { screen } = await whoami(sandbox, {})
  await mkdir(stateOf(sandbox), { recursive: true })
  for (const known of ['0.0.1', version, 'nonsense', '']) {
    await writeFile(newestOf(sandbox), known)
    expect(await whoami(sandbox, env)).toMatchObject({ code: 0, screen })
  }
  const file = join(sandbox.home, 'file')
  await writeFile(file, '')
  expect(await whoami(sandbox, { ...env, XDG_STATE_HOME: file })).toMatchObject({ code: 0, screen })
})

test.each([
  ['1', 'https://registry.npmjs.org'],
  ['https://registry.example/npm/', 'https://registry.example/npm'],
  ['http://127.0.0.1:4873', 'http://127.0.0.1:4873'],
  ['http://registry.example', null],
  ['https://ada:secret@registry.example', null],
  ['file:///etc/passwd', null],
  ['0', null],
  ['', null],
  ['yes', null],
])('with OSA_UPDATE_CHECK=%s the registry to ask is %s', (setting, registry) => {
  expect(registryOf({ OSA_UPDATE_CHECK: setting })).toBe(registry)
})
