/** `osa-server doctor` beside a real node behind a real proxy with TLS, on real PostgreSQL, with a real OpenID Connect provider. */
import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempDisposableSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { runOn } from '@osa/db/testing'
import { freePort } from '@osa/db/testing/free-port'
import { createSharedDatabase } from '@osa/db/testing/shared-postgres'
import { expect, test } from 'vitest'
import { callOsaServer, documents, osaServer } from '../../testing/osa-server.ts'
import { spawnNode } from '../../testing/spawn-node.ts'
import { type Forwarding, proxyAddress, startTlsProxy } from '../../testing/tls-proxy.ts'
import { startUpstream } from '../../testing/upstream.ts'
import { certificateFinding } from './certificate.ts'
import { checks } from './finding.ts'

async function startBehindProxy({ days = 30, trusted = proxyAddress, remoteApproval = 'typed' } = {}) {
  await using started = new AsyncDisposableStack()
  const port = await freePort()
  const proxy = started.use(await startTlsProxy({ port, days }))
  const upstream = started.use(await startUpstream())
  const env = {
    PORT: String(port),
    OSA_PUBLIC_URL: proxy.url,
    DATABASE_URL: await createSharedDatabase({ migrated: true }),
    OSA_SECRET: randomBytes(32).toString('base64url'),
    OSA_ORCID_CLIENT_ID: upstream.clientId,
    OSA_ORCID_CLIENT_SECRET: upstream.clientSecret,
    OSA_ORCID_ISSUER: upstream.issuer,
    OSA_TRUSTED_PROXIES: trusted,
    OSA_REMOTE_APPROVAL: remoteApproval,
  }
  const node = started.use(await spawnNode({ env }))
  const trusting = { ...env, NODE_EXTRA_CA_CERTS: proxy.certificatePath }
  const running = started.move()
  return { proxy, node, env, trusting, [Symbol.asyncDispose]: () => running.disposeAsync() }
}

/** Runs `doctor --json` and returns the status of each check by name. */
async function examine(env: Record<string, string>) {
  const run = await callOsaServer(['doctor', '--json'], env)
  const findings = documents(run.stdout)
  return {
    code: run.code,
    stderr: run.stderr,
    statuses: Object.fromEntries(findings.map(({ check, status }) => [check, status])),
    /** Whether every check has at least one line, in the order of `checks`. */
    isComplete: isDeepStrictEqual([...new Set(findings.map(({ check }) => check))], checks),
    of: (check: string) => findings.find((finding) => finding.check === check),
  }
}

test('for a healthy node every check has a line, nothing is to do, and the exit code is 0', async () => {
  await using world = await startBehindProxy()
  const run = await osaServer(['doctor'], world.trusting)
  expect([run.code, run.stderr], run.stdout).toEqual([0, ''])
  expect(run.stdout.split('\n').map((line) => line.split(/ {2,}/)[0])).toEqual([
    '✓ settings',
    '✓ database',
    '✓ migrations',
    '✓ clock',
    '✓ keys',
    '- disk',
    '✓ sign-in',
    '✓ tls',
    '✓ address',
    '✓ proxy',
    '',
    'Nothing to do.',
    '',
  ])
  expect(run.stdout).toContain(`${world.proxy.url} answers and is this node`)
  expect(run.stdout).toContain('a request from this machine (127.0.0.1) arrives with this address')
})

test('J06 a proxy that passes on X-Forwarded-For, omits it or sends the wrong scheme is detected', async () => {
  await using world = await startBehindProxy()
  const proxyWith = async (forward: Forwarding) => {
    world.proxy.settings.forward = forward
    const { code, of } = await examine(world.trusting)
    return { code, ...of('proxy') }
  }
  expect(await proxyWith((headers) => headers)).toMatchObject({
    code: 1,
    status: 'fix',
    found: expect.stringContaining('anybody can choose their address'),
  })
  expect(await proxyWith(({ 'x-forwarded-for': _, ...headers }) => headers)).toMatchObject({
    code: 1,
    status: 'fix',
    found: expect.stringContaining(`everybody appears to come from ${proxyAddress}`),
  })
  const plain = await proxyWith((headers) => ({ ...headers, 'x-forwarded-proto': 'http' }))
  const unknown = await startBehindProxy({ trusted: '127.0.0.3' })
  await using _ = unknown
  expect((await examine(unknown.trusting)).of('proxy')).toMatchObject({
    status: 'fix',
    todo: `Set OSA_TRUSTED_PROXIES=127.0.0.3/32,${proxyAddress}`,
  })
  expect(plain).toMatchObject({ code: 1, status: 'fix', todo: expect.stringContaining('X-Forwarded-Proto') })
})

test('a node with OSA_REMOTE_APPROVAL=never is checked like any other', async () => {
  await using world = await startBehindProxy({ remoteApproval: 'never' })
  expect(await examine(world.trusting)).toMatchObject({ code: 0, statuses: { address: 'ok', proxy: 'ok' } })
})

test('another database, another secret and an untrusted certificate are found, each with what to do', async () => {
  await using world = await startBehindProxy({ days: 1 })
  const untrusted = await examine(world.env)
  expect(untrusted.statuses).toMatchObject({ tls: 'fix', address: 'fix', proxy: 'skipped', database: 'ok' })
  expect(untrusted.of('tls').todo).toContain('NODE_EXTRA_CA_CERTS')
  expect((await examine(world.trusting)).of('tls')).toMatchObject({
    status: 'ok',
    found: expect.stringMatching(/certificate valid for 2[34] more hours/),
  })
  const elsewhere = await createSharedDatabase({ migrated: true })
  const otherDatabase = await examine({ ...world.trusting, DATABASE_URL: elsewhere })
  expect(otherDatabase.of('address')).toMatchObject({
    status: 'fix',
    found: expect.stringContaining('another database'),
  })
  const otherSecret = await examine({ ...world.trusting, OSA_SECRET: randomBytes(32).toString('base64url') })
  expect(otherSecret.of('keys')).toMatchObject({ status: 'fix', found: 'encrypted with another OSA_SECRET' })
  const otherIssuer = await examine({ ...world.trusting, OSA_ORCID_ISSUER: 'http://127.0.0.1:1' })
  expect(otherIssuer.of('sign-in')).toMatchObject({
    status: 'fix',
    found: expect.stringMatching(/ORCID not found: .*could not be reached/),
  })
  await runOn(world.env.DATABASE_URL, `insert into mikro_orm_migrations (name) values ('2999-01-01-newer')`)
  const newer = await examine(world.trusting)
  expect(newer.of('migrations')).toMatchObject({ status: 'fix' })
  expect(newer.of('keys')).toMatchObject({
    status: 'skipped',
    found: 'not checked: the migrations do not match this version',
  })
})

test('I06 without a database, a node or valid settings it says what is missing, changes nothing and reveals no secret', async () => {
  const away = await examine({ DATABASE_URL: 'postgres://osa:canary@127.0.0.1:1/archive', PORT: '1' })
  expect(away).toMatchObject({ code: 1, stderr: '', isComplete: true })
  expect(away.statuses).toMatchObject({ database: 'fix', 'sign-in': 'ok', address: 'fix', proxy: 'skipped' })
  for (const check of ['migrations', 'clock', 'keys']) {
    expect(away.of(check)).toEqual({ check, status: 'skipped', found: 'not checked: the database did not answer' })
  }
  expect(away.of('tls').found).toBe('not checked: the public address is http://localhost:1')
  expect(JSON.stringify(away.of('database'))).not.toContain('canary')
  const unset = await examine({ NODE_ENV: 'production', OSA_SECRET: 'canary', OSA_TRUSTED_PROXIES: '10.0.0.1' })
  expect(unset).toMatchObject({ code: 1, isComplete: true, statuses: { settings: 'fix', database: 'skipped' } })
  using folder = mkdtempDisposableSync(join(tmpdir(), 'osa-doctor-'))
  const dataDirectory = join(folder.path, 'none')
  const fresh = await examine({ OSA_DATA_DIR: dataDirectory, PORT: '1' })
  expect(fresh.statuses).toMatchObject({
    settings: 'ok',
    database: 'note',
    disk: 'skipped',
    'sign-in': 'ok',
    address: 'fix',
  })
  expect(fresh.isComplete).toBe(true)
  expect(existsSync(dataDirectory)).toBe(false)
})

test('an embedded database is checked while the node is stopped, and the address while it runs', async () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'osa-doctor-'))
  const env = { OSA_DATA_DIR: folder.path, PORT: String(await freePort()) }
  const node = await spawnNode({ env })
  const running = await examine(env)
  expect(running.statuses).toMatchObject({ database: 'skipped', address: 'ok', proxy: 'skipped' })
  expect(running.code).toBe(0)
  await node.stop()
  const { statuses } = await examine(env)
  expect(statuses).toMatchObject({ database: 'ok', migrations: 'ok', keys: 'ok', disk: 'ok', address: 'fix' })
})

test.each([
  ['2027-01-01', '2027-04-01', '2027-03-17', 'ok'],
  ['2027-01-01', '2027-04-01', '2027-03-19', 'fix'],
  ['2027-01-01', '2027-01-07', '2027-01-05', 'ok'],
  ['2027-01-01T00:00Z', '2027-01-01T12:00Z', '2027-01-01T08:30Z', 'ok'],
  ['2027-01-01T00:00Z', '2027-01-01T12:00Z', '2027-01-01T09:30Z', 'fix'],
])('a certificate valid from %s to %s, checked on %s: %s', (from, to, now, status) => {
  const times = { validFrom: new Date(from), validTo: new Date(to) }
  expect(certificateFinding(times, { now: new Date(now), protocol: 'TLSv1.3' }).status).toBe(status)
})
