/** `osa doctor`: each check with a real problem: a proxy, an unknown authority, a wrong clock, a locked keyring, a full disk. */
import { existsSync } from 'node:fs'
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type FakeOsaServer, fakeOsaServer, startKeyringSession } from '@osa/sdk/testing'
import { expect, test } from 'vitest'
import type { Finding } from './doctor/finding.ts'
import { withDiskTrouble } from './testing/failing-disk.ts'
import { success } from './testing/json-shapes.ts'
import { startProxy } from './testing/proxy.ts'
import { type Finished, makeSandbox, type RunOptions, type Sandbox } from './testing/run-osa.ts'
import { seedCredentials, seedLink } from './testing/seed.ts'
import { startTlsFront } from './testing/tls-front.ts'
import { version } from './version.ts'

/** Parses the document and returns its findings by check. */
function findingsOf({ stdout }: Finished): Record<string, Omit<Finding, 'check'>> {
  const { checks } = success.doctor.parse(JSON.parse(stdout))
  return Object.fromEntries(checks.map(({ check, ...rest }) => [check, rest])) as never
}

type Examined = { code: number } & Record<string, Omit<Finding, 'check'>>
type How = { server?: string } & Pick<RunOptions, 'env'>

const line = ({ server }: How): string[] => ['doctor', '--json', ...(server ? ['--server', server] : [])]

async function examine(sandbox: Sandbox, how: How = {}): Promise<Examined> {
  const finished = await sandbox.call(line(how), how.env ? { env: how.env } : {})
  return { code: finished.code, ...findingsOf(finished) } as Examined
}

/** Runs the built command as a process, which can have other authorities, another clock, a keychain or another disk. */
async function examineAlone(sandbox: Sandbox, how: How & Pick<RunOptions, 'within'> = {}): Promise<Examined> {
  const finished = await sandbox.run(line(how), how)
  return { code: finished.code, ...findingsOf(finished) } as Examined
}

async function settled(node: FakeOsaServer): Promise<Sandbox> {
  const sandbox = await makeSandbox()
  await seedCredentials(sandbox, { [node.url]: node.issue() })
  await seedLink(sandbox, { server: node.url })
  return sandbox
}

test('without problems each line says ok, and the summary that there is nothing to do', async () => {
  await using node = await fakeOsaServer({ about: { version } })
  await using sandbox = await settled(node)
  const { code, stdout, stderr } = await sandbox.call(['doctor'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const about = [
    `versions      osa ${version} on Node `,
    `folder        ${sandbox.project} is linked to ${node.url} (.osa/config.json)`,
    `archive       ${node.url} (from .osa/config.json) answers (version ${version})`,
    'proxy         none',
    'certificates  not needed: the archive uses http',
    "clock         within two minutes of the archive's clock",
    'keychain      not used here: ',
    `logins        only you can read and write ${sandbox.credentials}`,
    'login         Josiah Carberry (0000-0002-1825-0097), ok, ',
  ]
  const lines = stdout.replaceAll(/\n {17}/g, ' ').split('\n')
  for (const [index, line] of about.entries()) expect(lines[index]?.startsWith(` ✓ ${line}`), lines[index]).toBe(true)
  expect(stdout).toMatch(/\n\n {3}Nothing to do\.\n$/)
})

test('without an archive, a link and a login doctor says what to do first, and creates no files', async () => {
  await using sandbox = await makeSandbox()
  const { code, stdout } = await sandbox.call(['doctor'])
  expect(code).toBe(3)
  expect(stdout).toContain(" ✗ archive       This folder isn't linked to an archive.")
  expect(stdout).toContain('\n → Run osa link <url>, or pass --server <url>, or set OSA_SERVER\n')
  expect(stdout).toContain('\n   clock         not checked: there is no archive to ask\n')
  expect(stdout).toContain('\n   1 problem, 0 warnings.\n')
  expect(await readdir(sandbox.home)).toEqual(['project'])
})

test('a missing login and an ended session are problems, with the exit code of other commands', async () => {
  await using node = await fakeOsaServer()
  await using sandbox = await settled(node)
  await seedCredentials(sandbox, {})
  const missing = { state: 'problem', found: `Not logged in to ${node.url}`, todo: 'Run osa login' }
  expect(await examine(sandbox, { env: { OSA_SERVER: node.url } })).toMatchObject({ code: 4, login: missing })
  await seedCredentials(sandbox, { [node.url]: node.issue({ expired: true }) })
  node.revokeFamily()
  expect(await examine(sandbox)).toMatchObject({ code: 4, login: { state: 'problem', code: 'session_ended' } })
})

test('an archive that does not answer is reported once, and the checks that need it are skipped', async () => {
  await using sandbox = await makeSandbox()
  const server = 'http://127.0.0.1:61'
  await seedCredentials(sandbox, { [server]: { access_token: 'a' } })
  const { code, archive, clock, login } = await examine(sandbox, { server })
  expect({ code, archive }).toMatchObject({ code: 7, archive: { state: 'problem', code: 'connection_refused' } })
  expect([clock?.state, login?.state]).toEqual(['skipped', 'skipped'])
})

test.each([
  ['99.0.0', 'Update osa'],
  ['0.0.1', 'Some commands may need a newer archive: ask its administrator'],
])('an archive of version %s is a warning: %s', async (theirs, todo) => {
  await using node = await fakeOsaServer({ about: { version: theirs } })
  await using sandbox = await settled(node)
  expect(await examine(sandbox)).toMatchObject({ code: 0, archive: { state: 'warning', todo } })
})

test('K25 an archive that only a link file names is not contacted', async () => {
  await using node = await fakeOsaServer()
  await using sandbox = await makeSandbox()
  await seedLink(sandbox, { server: node.url })
  expect(await examine(sandbox)).toMatchObject({ code: 2, archive: { state: 'problem', code: 'needs_person' } })
  expect(node.requests).toEqual([])
})

test('a certificate of an unknown authority is a problem of the check certificates, and trusted with NODE_EXTRA_CA_CERTS', async () => {
  await using node = await fakeOsaServer({ about: { version } })
  await using front = await startTlsFront(node.url)
  await using sandbox = await makeSandbox()
  const server = `https://127.0.0.1:${front.port}`
  const todo = "Point NODE_EXTRA_CA_CERTS at your company's CA file (PEM) and try again"
  const untrusted = await examineAlone(sandbox, { server })
  expect(untrusted).toMatchObject({
    code: 7,
    archive: { state: 'problem', todo: 'See "certificates" below' },
    certificates: { state: 'problem', code: 'tls', todo },
  })
  const wrongPath = await examineAlone(sandbox, { server, env: { SSL_CERT_FILE: '/not/there' } })
  expect(wrongPath.certificates?.todo).toBe(`SSL_CERT_FILE names /not/there, which can't be read. ${todo}`)
  const trusted = await examineAlone(sandbox, { server, env: { NODE_EXTRA_CA_CERTS: front.authority } })
  // The node's document names its http address, not this one.
  expect(trusted).toMatchObject({ code: 8, archive: { code: 'not_an_osa_server' }, certificates: { state: 'ok' } })
})

test('a proxy that refuses is a problem of the check proxy; one that works is named, without its password', async () => {
  await using node = await fakeOsaServer()
  await using front = await startTlsFront(node.url)
  await using refusing = await startProxy({ refuse: 407 })
  await using open = await startProxy({ tunnelTo: front.port })
  await using sandbox = await makeSandbox()
  const server = 'https://archive.example'
  const refused = await examineAlone(sandbox, {
    server,
    env: { HTTPS_PROXY: `http://me:hunter2@127.0.0.1:${refusing.port}` },
  })
  expect(refused).toMatchObject({
    code: 7,
    archive: { todo: 'See "proxy" below' },
    proxy: { state: 'problem', code: 'proxy', todo: 'Check HTTPS_PROXY / NO_PROXY' },
  })
  expect(JSON.stringify(refused)).not.toContain('hunter2')
  const env = { HTTPS_PROXY: `http://me:hunter2@127.0.0.1:${open.port}`, NODE_EXTRA_CA_CERTS: front.authority }
  const found = `http://127.0.0.1:${open.port} (HTTPS_PROXY)`
  expect((await examineAlone(sandbox, { server, env })).proxy).toEqual({ state: 'ok', found })
  expect(open.seen).toEqual(['CONNECT archive.example:443'])
  const local = await examineAlone(sandbox, { server: node.url, env })
  expect(local.proxy).toEqual({ state: 'ok', found: 'HTTPS_PROXY is set, but not used for this archive' })
})

/** Sets a process's clock back by ten minutes. */
const tenMinutesBack = `data:text/javascript,${encodeURIComponent('const now = Date.now; Date.now = () => now() - 600_000')}`

test('a wrong clock is a warning', async () => {
  await using node = await fakeOsaServer({ about: { version } })
  await using sandbox = await settled(node)
  const { code, clock } = await examineAlone(sandbox, { env: { NODE_OPTIONS: `--import ${tenMinutesBack}` } })
  expect({ code, clock }).toMatchObject({
    code: 0,
    clock: { state: 'warning', found: 'Your clock is 10 min behind 127.0.0.1' },
  })
})

test('a keyring is tested; if it is locked, keychain and login are problems', async () => {
  await using session = await startKeyringSession()
  await using node = await fakeOsaServer({ approveAtPoll: 1 })
  await using sandbox = await makeSandbox()
  const { DBUS_SESSION_BUS_ADDRESS, XDG_RUNTIME_DIR } = session.env
  const env = { DBUS_SESSION_BUS_ADDRESS, XDG_RUNTIME_DIR }
  await sandbox.run(['login', node.url, '--storage', 'keychain'], { env })
  expect(await examineAlone(sandbox, { env })).toMatchObject({
    code: 0,
    keychain: { state: 'ok', found: 'the Secret Service keyring can be read and written' },
    login: { state: 'ok', found: expect.stringMatching(/stored in Secret Service keyring$/) },
  })
  await session.lock()
  expect(await examineAlone(sandbox, { env })).toMatchObject({
    code: 9,
    keychain: { state: 'problem', todo: 'Start or unlock it, or store logins in a file: osa login --storage file' },
    login: { state: 'problem', code: 'store_locked' },
  })
})

test('a keychain that the settings require but that does not exist is a problem', async () => {
  await using sandbox = await makeSandbox()
  const found = await examine(sandbox, { server: 'http://127.0.0.1:61', env: { OSA_CREDENTIAL_STORE: 'keychain' } })
  expect(found.keychain).toMatchObject({ state: 'problem', code: 'store_unavailable' })
})

test('a credentials file that others can read is a warning; one that they can write or that is not valid is a problem', async () => {
  await using node = await fakeOsaServer({ about: { version } })
  await using sandbox = await settled(node)
  await chmod(sandbox.credentials, 0o644)
  const readable = await examine(sandbox)
  expect(readable).toMatchObject({
    code: 0,
    logins: { state: 'warning', todo: `chmod 600 ${sandbox.credentials}` },
  })
  await chmod(sandbox.credentials, 0o666)
  expect((await examine(sandbox)).logins).toMatchObject({ state: 'problem', code: 'store_unwritable' })
  await chmod(sandbox.credentials, 0o600)
  await writeFile(sandbox.credentials, '{')
  expect((await examine(sandbox)).logins).toMatchObject({ state: 'problem', code: 'malformed_credentials' })
  expect(await readFile(sandbox.credentials, 'utf8')).toBe('{')
})

test.each(['full', 'read-only'] as const)('K22 with a %s disk the check logins is a problem', async (trouble) => {
  await using sandbox = await makeSandbox()
  const [dir, seed] = [join(sandbox.home, 'config'), join(sandbox.home, 'seed.json')]
  await writeFile(seed, '{}')
  await mkdir(dir, { mode: 0o700 })
  const { logins } = await examineAlone(sandbox, {
    server: 'http://127.0.0.1:61',
    env: { OSA_CONFIG_DIR: dir, D: dir, SEED: seed },
    within: (argv) => withDiskTrouble(trouble, argv),
  })
  expect(logins).toMatchObject({ state: 'problem', code: 'store_unwritable' })
})

test('a broken link file is a problem of the check folder, and reported once', async () => {
  await using sandbox = await makeSandbox()
  await seedLink(sandbox, '{"server": }')
  const { code, folder, archive } = await examine(sandbox)
  expect({ code, folder, archive }).toMatchObject({
    code: 9,
    folder: { state: 'problem', code: 'malformed_config' },
    archive: { state: 'skipped' },
  })
})

test('OSA_TOKEN in the environment is a warning, and used', async () => {
  await using node = await fakeOsaServer({ about: { version } })
  await using sandbox = await makeSandbox()
  const env = { OSA_SERVER: node.url, OSA_TOKEN: node.issue().access_token }
  expect(await examine(sandbox, { env })).toMatchObject({
    code: 0,
    login: { state: 'ok', found: expect.stringMatching(/stored in OSA_TOKEN$/) },
    environment: { state: 'warning', todo: 'unset OSA_TOKEN' },
  })
  expect(existsSync(dirname(sandbox.credentials))).toBe(false)
})

test('on a narrow terminal each finding goes below its check, and no line is cut', async () => {
  await using node = await fakeOsaServer()
  await using sandbox = await settled(node)
  const { screen } = await sandbox.runOnTerminal(['doctor'], { columns: 50 })
  // The live line is cleared before each of them.
  const lines = screen.split('\r\n').map((line) => line.slice(line.lastIndexOf('\r') + 1))
  expect(lines).toContain(' ✓ certificates')
  expect(lines).toContain('     not needed: the archive uses http')
  // Before the summary and after the last line, but not before a path that is wider than the terminal.
  expect(lines.filter((line) => line.trim() === '')).toHaveLength(2)
})
