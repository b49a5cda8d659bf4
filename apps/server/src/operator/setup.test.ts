/** Sets up and runs a node with `osa-server` alone: `init`, `migrate`, `start`. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdtempDisposableSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSharedDatabase } from '@osa/db/testing/shared-postgres'
import { expect, test } from 'vitest'
import { parseConfig } from '../config/config.ts'
import { parseSettingsFile } from '../config/settings-file.ts'
import { callOsaServer, documents, osaServer, osaServerPath } from '../testing/osa-server.ts'

const temporaryFolder = () => mkdtempDisposableSync(join(tmpdir(), 'osa-init-'))

const given = [
  ['--public-url', 'https://archive.example'],
  ['--orcid-client-id', 'APP-1'],
  ['--trusted-proxies', '127.0.0.1'],
  ['--admin', '0000-0002-1825-0097'],
].flat()
const secrets = { OSA_ORCID_CLIENT_SECRET: 'canary-secret' }

function settingsIn(path: string): Record<string, string> {
  const parsed = parseSettingsFile(readFileSync(path, 'utf8'))
  if (!('values' in parsed)) throw new Error(`line ${parsed.line}`)
  return parsed.values
}

test('I04 init writes settings valid in production, mode 0600, with a fresh secret, and prints the redirect URI', async () => {
  using folder = temporaryFolder()
  const path = join(folder.path, '.env')
  const run = await osaServer(['init', ...given], secrets, folder.path)
  expect([run.code, run.stderr]).toEqual([0, ''])
  expect(run.stdout).toContain('https://archive.example/api/v1/auth/callback\n')
  expect(run.stdout).not.toContain('canary')
  expect(statSync(path).mode & 0o777).toBe(0o600)
  const settings = settingsIn(path)
  expect(run.stdout).not.toContain(settings.OSA_SECRET)
  expect(settings).toMatchObject({
    NODE_ENV: 'production',
    OSA_ORCID_CLIENT_SECRET: 'canary-secret',
    OSA_ADMINS: 'https://orcid.org#0000-0002-1825-0097',
  })
  expect(parseConfig(settings)).toMatchObject({ ok: true, warnings: [] })
  const text = readFileSync(path, 'utf8')
  expect(text.split('\n').filter((line) => /^[A-Z]/.test(line)).length).toBe(Object.keys(settings).length)
  expect(text).toMatch(/^# DATABASE_URL=postgres:/m)

  const other = join(folder.path, 'other.env')
  const beside = await osaServer(['init', '--settings', other, ...given, '--json'], secrets, folder.path)
  expect(documents(beside.stdout)).toEqual([
    {
      file: other,
      redirect_uris: [{ provider: 'ORCID', redirect_uri: 'https://archive.example/api/v1/auth/callback' }],
      notes: [],
    },
  ])
  expect(settingsIn(other).OSA_SECRET).not.toBe(settings.OSA_SECRET)
})

test('init replaces a file only with --force, and keeps its secret and every setting that no option changes', async () => {
  using folder = temporaryFolder()
  const path = join(folder.path, '.env')
  await osaServer(['init', ...given], secrets, folder.path)
  appendFileSync(path, '\nOSA_LOG_LEVEL=warn\n')
  const before = readFileSync(path, 'utf8')
  const again = await osaServer(['init', ...given], secrets, folder.path)
  expect(again).toMatchObject({ code: 1, stdout: '' })
  expect(again.stderr).toContain('already exists')
  expect(readFileSync(path, 'utf8')).toBe(before)
  const forced = await osaServer(['init', '--force', '--public-url', 'https://other.example'], {}, folder.path)
  expect([forced.code, forced.stderr]).toEqual([0, ''])
  expect(readFileSync(path, 'utf8')).toBe(before.replace('https://archive.example', 'https://other.example'))
  expect(statSync(path).mode & 0o777).toBe(0o600)
  const secretBefore = settingsIn(path).OSA_SECRET
  expect((await osaServer(['init', '--force', '--new-secret'], {}, folder.path)).code).toBe(0)
  const { OSA_SECRET, ...others } = settingsIn(path)
  expect(OSA_SECRET).toMatch(/^[\w-]{43}$/)
  expect(OSA_SECRET).not.toBe(secretBefore)
  expect(others).toMatchObject({ OSA_PUBLIC_URL: 'https://other.example', OSA_LOG_LEVEL: 'warn' })
})

test('init refuses settings that a node would not start with, and values that Docker and systemd read differently', async () => {
  using folder = temporaryFolder()
  const missing = await osaServer(['init', '--public-url', 'http://archive.example'], {}, folder.path)
  expect(missing).toMatchObject({ code: 1, stdout: '' })
  expect(missing.stderr).toMatch(/OSA_PUBLIC_URL must be .*https[\s\S]*identity provider is needed/)
  const odd = await osaServer(['init', ...given], { OSA_ORCID_CLIENT_SECRET: 'canary$HOME' }, folder.path)
  expect(odd).toMatchObject({ code: 1, stdout: '' })
  expect(odd.stderr).toContain('OSA_ORCID_CLIENT_SECRET')
  expect(odd.stderr).not.toContain('canary')
  const nowhere = await osaServer(['init', '--settings', '/nowhere/osa.env', ...given], secrets, folder.path)
  expect(nowhere.stderr).toContain('/nowhere/osa.env cannot be written (ENOENT)')
  expect(existsSync(join(folder.path, '.env'))).toBe(false)
})

test('settings come from .env or --settings, below the environment, and a file that others can write is refused', async () => {
  using folder = temporaryFolder()
  const path = join(folder.path, '.env')
  const check = (args: string[], env = {}) => osaServer(['migrate', '--check', ...args], env, folder.path)
  writeFileSync(path, `# one\n\nOSA_LOG_LEVEL="loud"\nDATABASE_URL=postgres://osa@127.0.0.1:1/from-file\n`, {
    mode: 0o600,
  })
  expect((await check([])).stderr).toContain('OSA_LOG_LEVEL must be')
  expect((await check([], { OSA_LOG_LEVEL: 'info' })).stderr).toContain('/from-file cannot be reached')
  expect((await check(['--settings', 'none'])).stderr).toContain('cannot be read (ENOENT)')
  chmodSync(path, 0o666)
  expect((await check([])).stderr).toContain('may have been changed by another user')
  chmodSync(path, 0o600)
  writeFileSync(path, 'A=1\nnonsense canary\n')
  const nonsense = await check([])
  expect(nonsense).toMatchObject({ code: 1, stderr: expect.stringContaining('Line 2 of ') })
  expect(nonsense.stderr).not.toContain('canary')
})

test('migrate lists and applies missing migrations, and start runs the node until SIGTERM', async () => {
  using folder = temporaryFolder()
  const path = join(folder.path, 'osa.env')
  const DATABASE_URL = await createSharedDatabase({ migrated: false })
  await osaServer(['init', '--settings', path, ...given], { ...secrets, DATABASE_URL, PORT: '0' })
  const migrate = (...args: string[]) => callOsaServer(['migrate', '--settings', path, ...args])
  expect(await migrate('--check')).toMatchObject({
    code: 1,
    stdout: expect.stringMatching(/^\d+ migrations missing:\n/),
  })
  expect(await migrate('--check')).toMatchObject({ code: 1 })
  expect(await migrate()).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^\d+ migrations applied:\n/),
    stderr: '',
  })
  expect(await migrate('--check')).toMatchObject({ code: 0, stdout: 'The schema is up to date.\n' })
  expect(documents((await migrate('--json')).stdout)).toEqual([{ missing: [], migrated: true }])
  const node = spawn(process.execPath, [osaServerPath, 'start', '--settings', path], {
    env: {},
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [ready] = await once(node.stdout.setEncoding('utf8'), 'data')
  expect(ready).toMatch(/^OSA node ready at https:\/\/archive\.example\n/)
  node.kill('SIGTERM')
  expect(await once(node, 'close')).toEqual([0, null])
})
