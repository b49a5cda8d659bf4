/** The procedures of the operating pages: runs their commands as printed, with real nodes and databases. */
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '@osa/db/testing/free-port'
import { createSharedDatabase } from '@osa/db/testing/shared-postgres'
import { expect, test } from 'vitest'
import { startDebianPostgres } from './debian-postgres.ts'
import { startNode } from './node-process.ts'
import { runOsa } from './osa-process.ts'
import { followPage } from './page-commands.ts'
import { logIn } from './stored-login.ts'
import { temporaryFolder } from './temporary-folder.ts'

const carberry = '0000-0002-1825-0097'
const newSecret = () => randomBytes(32).toString('base64url')

/** Writes the settings of a node to `osa.env` in a folder. Returns them. */
async function settingsIn(folder: string, more: Record<string, string>): Promise<Record<string, string>> {
  const settings = { PORT: String(await freePort()), ...more }
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`)
  writeFileSync(join(folder, 'osa.env'), lines.join(''), { mode: 0o600 })
  return settings
}

const readSettings = (folder: string): Record<string, string> =>
  Object.fromEntries(
    [...readFileSync(join(folder, 'osa.env'), 'utf8').matchAll(/^(\w+)=(.*)$/gm)].map(([, name = '', value = '']) => [
      name,
      value,
    ]),
  )

test('backup and restore bring back the data but no sessions, and people sign in again', async () => {
  await using folder = await temporaryFolder()
  const cwd = folder.path
  await using postgres = await startDebianPostgres()
  const settings = await settingsIn(cwd, { DATABASE_URL: postgres.databaseUrl, OSA_SECRET: newSecret() })
  const [early, late] = ['early', 'late'].map((name) => ({ home: join(cwd, name) })) as [
    { home: string },
    { home: string },
  ]
  const whoami = async (url: string, options: { home: string }) =>
    (await runOsa(['whoami', '--server', url], options)).code
  const data = join(cwd, 'data')
  const page = followPage('operating/backup-and-restore.md', { cwd, env: { ...postgres.env, OSA_DATA_DIR: data } })
  {
    await using node = await startNode(settings)
    await logIn(node.url, early, carberry)
    await page.next('OSA_SECRET')
    expect(readFileSync(join(cwd, 'osa-secret.backup'), 'utf8')).toBe(`OSA_SECRET=${settings.OSA_SECRET}\n`)
    await page.next('pg_dump')
    expect(statSync(join(cwd, 'osa.dump')).mode & 0o777).toBe(0o600)
    await logIn(node.url, late, carberry)
    expect([await whoami(node.url, early), await whoami(node.url, late)]).toEqual([0, 0])
  }
  await page.next('pg_restore')
  expect((await page.next('sessions revoke')).stdout).toBe('1 session has ended.\n')
  {
    await using node = await startNode(settings)
    expect((await page.next('doctor')).stdout).toContain('Nothing to do.')
    expect([await whoami(node.url, early), await whoami(node.url, late)]).toEqual([4, 4])
    await logIn(node.url, early, carberry)
    expect(await whoami(node.url, early)).toBe(0)
  }
  await page.next('dropdb')

  const embedded = await settingsIn(cwd, { OSA_DATA_DIR: data })
  {
    await using node = await startNode(embedded)
    await logIn(node.url, early, carberry)
  }
  await page.next('tar --create')
  expect((await page.next('tar --extract')).stdout).toBe('1 session has ended.\n')
  expect(existsSync(`${data}.before`)).toBe(true)
  {
    await using node = await startNode(embedded)
    expect(await whoami(node.url, early)).toBe(4)
    await logIn(node.url, early, carberry)
  }
  page.done()
})

test('L03 rotation replaces the signing key, database password, client secret and OSA_SECRET, and the node keeps running or starts again', async () => {
  await using folder = await temporaryFolder()
  const cwd = folder.path
  await using postgres = await startDebianPostgres()
  await settingsIn(cwd, {
    NODE_ENV: 'production',
    OSA_PUBLIC_URL: 'https://archive.example',
    DATABASE_URL: postgres.databaseUrl,
    OSA_SECRET: newSecret(),
    OSA_ORCID_CLIENT_ID: 'APP-1',
    OSA_ORCID_CLIENT_SECRET: 'the-old-one',
    OSA_TRUSTED_PROXIES: '127.0.0.1',
    OSA_LOG_LEVEL: 'warn',
  })
  const env = { ...postgres.env, NEW_CLIENT_SECRET: 'the-new-one' }
  const page = followPage('operating/rotation.md', { cwd, env })
  const ask = (path: string) => fetch(`http://127.0.0.1:${readSettings(cwd).PORT}${path}`)
  const keys = async (): Promise<string[]> =>
    (await (await ask('/.well-known/jwks.json')).json()).keys.map(({ kid }: { kid: string }) => kid)
  let known: string[]
  {
    await using _ = await startNode(readSettings(cwd))
    expect(await keys()).toHaveLength(1)
    expect((await page.next('keys rotate')).stdout).toMatch(/ published /)
    await expect.poll(keys, { timeout: 120_000 }).toHaveLength(2)
    await page.next('keys rotate --now')
    await expect.poll(keys, { timeout: 120_000 }).toHaveLength(1)
    known = await keys()
    const before = readSettings(cwd)
    await page.next('alter role')
    const { DATABASE_URL = '', ...others } = readSettings(cwd)
    expect(others).toEqual(Object.fromEntries(Object.entries(before).filter(([name]) => name !== 'DATABASE_URL')))
    expect(DATABASE_URL).not.toBe(before.DATABASE_URL)
    postgres.writePassword(new URL(DATABASE_URL).password)
    // running processes are not affected
    expect((await ask('/readyz')).status).toBe(200)
  }
  await page.next('NEW_CLIENT_SECRET')
  expect(readSettings(cwd).OSA_ORCID_CLIENT_SECRET).toBe('the-new-one')
  {
    await using _ = await startNode(readSettings(cwd))
    expect(await keys()).toEqual(known)
  }
  const secret = readSettings(cwd).OSA_SECRET
  await page.next('--new-secret')
  expect(readSettings(cwd).OSA_SECRET).not.toBe(secret)
  await using _ = await startNode(readSettings(cwd))
  expect((await keys()).filter((kid) => known.includes(kid))).toEqual([])
  page.done()
})

test('H09 L10 incidents: a stolen laptop, stolen tokens and abused sign-ins, and their audit events', async () => {
  await using folder = await temporaryFolder()
  const cwd = folder.path
  const databaseUrl = await createSharedDatabase({ migrated: true })
  const settings = await settingsIn(cwd, { DATABASE_URL: databaseUrl, OSA_SECRET: newSecret() })
  await using node = await startNode(settings)
  const options = { home: join(cwd, 'home') }
  mkdirSync(options.home)
  const whoami = async () => (await runOsa(['whoami', '--server', node.url], options)).code
  const env = { PATH: process.env.PATH ?? '', HOME: options.home, WHO: `${node.url}/development#${carberry}` }
  const page = followPage('operating/incident.md', { cwd, env })
  await logIn(node.url, options, carberry)
  const stolen = await page.next('sessions revoke --user')
  expect(stolen.stdout).toMatch(/osa-cli[\s\S]*1 session has ended\.[\s\S]*device\.approve/)
  expect(await whoami()).toBe(4)

  await logIn(node.url, options, carberry)
  expect((await page.next('sessions revoke --all')).stdout).toContain('1 session has ended.')
  expect(await whoami()).toBe(4)
  const start = () =>
    fetch(`${node.url}/oauth/device_authorization`, {
      method: 'POST',
      body: new URLSearchParams({ client_id: 'osa-cli' }),
    })
  await expect.poll(async () => (await start()).status, { timeout: 120_000 }).toBe(503)
  await page.next('--format jsonl')
  const exported = readFileSync(join(cwd, 'incident-audit.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(exported.map(({ event }) => event)).toEqual(
    expect.arrayContaining(['sign_in', 'operator.revoke_sessions', 'operator.device_grant']),
  )
  expect(statSync(join(cwd, 'incident-audit.jsonl')).mode & 0o777).toBe(0o600)
  await page.next('keys rotate --now')
  await expect.poll(async () => (await start()).status, { timeout: 120_000 }).toBe(503)
  const on = page.next('device-grant on')
  expect((await on).stdout).toContain('Nothing to do.')
  await expect.poll(async () => (await start()).status, { timeout: 120_000 }).toBe(200)
  await logIn(node.url, options, carberry)
  expect((await page.next('device.approve --limit 200')).stdout).toContain(carberry)
  expect(await whoami()).toBe(0)
  expect((await page.next('doctor')).stdout).toContain('Nothing to do.')
  page.done()
})
