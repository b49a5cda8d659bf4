/** The node as a process: what a person sees, and how it exits. */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempDisposableSync, readdirSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { TLSSocket } from 'node:tls'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { spawnNode } from './testing/spawn-node.ts'

/** Runs `main.ts` until it exits, for settings that it cannot start with. */
async function runToEnd(env: Record<string, string>, within: readonly string[] = []) {
  const [command = '', ...args] = [...within, process.execPath, fileURLToPath(new URL('main.ts', import.meta.url))]
  const child = spawn(command, args, { env })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }
  const [code] = await once(child, 'close')
  return { code, output }
}

function selfSignedCertificate(folder: string): { key: Buffer; cert: Buffer } {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const made = [
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-subj',
    '/CN=127.0.0.1',
    '-days',
    '2',
  ]
  const named = ['-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert]
  execFileSync('openssl', ['req', '-x509', ...made, ...named], { stdio: 'ignore' })
  return { key: readFileSync(key), cert: readFileSync(cert) }
}

/** Answers a request for TLS as PostgreSQL does (protocol 3.0, SSLRequest): `S` and a handshake, or `N`. */
async function postgresStandIn(certificate: { key: Buffer; cert: Buffer } | null) {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy()) // a client that rejects the certificate disconnects
    socket.once('data', () => {
      socket.write(certificate ? 'S' : 'N')
      if (certificate) new TLSSocket(socket, { isServer: true, ...certificate }).on('error', () => socket.destroy())
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { port, [Symbol.asyncDispose]: async () => void server.close() }
}

describe('a node on the embedded database', () => {
  test('writes its compile cache before it is ready, so that a kill does not lose it', async () => {
    const kept = fileURLToPath(new URL('../dist/compile-cache', import.meta.url))
    rmSync(kept, { recursive: true, force: true })
    await using _node = await spawnNode()
    const keptBytes = (): number =>
      readdirSync(kept, { recursive: true, encoding: 'utf8' })
        .map((name) => statSync(join(kept, name)).size)
        .reduce((sum, size) => sum + size, 0)
    // large enough to contain the node itself, from its bundle or its sources, and not only main.ts
    await expect.poll(keptBytes).toBeGreaterThan(500_000)
  })

  test('starts, says what to do next, serves, keeps its data, and exits with 0', async () => {
    using data = mkdtempDisposableSync(join(tmpdir(), 'osa-main-'))
    const env = { OSA_DATA_DIR: data.path, OSA_ADMIN_PORT: '0' }
    const first = await spawnNode({ env })
    expect(first.stdout.match(/^OSA node ready at http:\/\/localhost:\d+$/gm)).toHaveLength(1)
    expect(first.stdout).toContain(`osa login ${first.url}\n`)
    expect(first.stdout).toContain(`embedded, in ${data.path}`)
    expect(first.stdout).toContain('anyone can be anyone')
    expect(statSync(join(data.path, 'secret')).mode & 0o777).toBe(0o600)
    expect((await fetch(`${first.url}/readyz`)).status).toBe(200)
    const [, metricsUrl = ''] = /(http:\/\/127\.0\.0\.1:\d+\/metrics)/.exec(first.stdout) ?? []
    expect((await fetch(metricsUrl)).status).toBe(200)
    const started = await fetch(`${first.url}/api/v1/auth/device`, { method: 'POST' })
    const { device_code } = await started.json()
    const keys = await (await fetch(`${first.url}/.well-known/jwks.json`)).text()

    const second = await runToEnd({ PORT: '0', OSA_DATA_DIR: data.path })
    expect(second.code).toBe(1)
    expect(second.output).toMatch(/^Another node is using the data directory .+\nStop it first/)

    expect(await first.stop()).toBe(0)
    await using again = await spawnNode({ env })
    expect(await (await fetch(`${again.url}/.well-known/jwks.json`)).text()).toBe(keys)
    const body = JSON.stringify({ device_code, grant_type: 'urn:ietf:params:oauth:grant-type:device_code' })
    const headers = { 'Content-Type': 'application/json' }
    const polled = await fetch(`${again.url}/api/v1/auth/device/token`, { method: 'POST', headers, body })
    expect(await polled.json()).toMatchObject({ error: 'authorization_pending' })
    expect(`${first.stdout}${first.stderr}`).not.toContain(device_code)
  })

  test('J14 after SIGTERM during fifty polls each one is answered or refused a connection, and none is cut off', async () => {
    await using node = await spawnNode()
    const { device_code } = await (await fetch(`${node.url}/api/v1/auth/device`, { method: 'POST' })).json()
    const poll = () =>
      fetch(`${node.url}/oauth/token`, {
        method: 'POST',
        body: new URLSearchParams({
          grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
          device_code,
          client_id: 'osa-py',
        }),
      })
    const polls = Array.from({ length: 50 }, poll)
    await Promise.race(polls) // the node is busy with the rest
    const code = node.stop()
    const answers = await Promise.allSettled(polls)
    const statuses = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value.status] : []))
    expect(statuses.length).toBeGreaterThan(0)
    expect(new Set(statuses)).toEqual(new Set([400]))
    expect(await code, 'stopped before its own deadline').toBe(0)
  })

  test('J14 a draining node is not ready but answers all other requests, until a second signal', async () => {
    await using node = await spawnNode({ env: { OSA_DRAIN_SECONDS: '30' } })
    node.signal('SIGTERM')
    await expect.poll(async () => (await fetch(`${node.url}/readyz`)).status).toBe(503)
    expect((await fetch(`${node.url}/healthz`)).status).toBe(200)
    expect((await fetch(`${node.url}/api/v1/auth/device`, { method: 'POST' })).status).toBe(200)
    expect(await node.stop()).toBe(1)
  })
})

describe('a node that cannot start says why in one message, without a stack', () => {
  const expectMessage = (run: { code: unknown; output: string }, message: RegExp) => {
    expect(run.code).toBe(1)
    expect(run.output).toMatch(message)
    expect(run.output).not.toMatch(/^\s+at /m)
  }

  test('L01 all problems of the settings', async () => {
    const run = await runToEnd({ NODE_ENV: 'production', OSA_SECRET: 'canary-secret', PORT: 'x' })
    expectMessage(run, /OSA_SECRET must be .*\n(.*\n)*.*OSA_PUBLIC_URL must be set/)
    expect(run.output).toContain('PORT must be a whole number')
    expect(run.output).not.toContain('canary')
  })

  test('a working directory that was removed', async () => {
    using folder = mkdtempDisposableSync(join(tmpdir(), 'osa-'))
    const inRemovedFolder = ['sh', '-c', `cd ${folder.path} && rmdir ${folder.path} && exec "$@"`, 'sh']
    const { code, output } = await runToEnd({}, inRemovedFolder)
    expect({ code, output }).toEqual({
      code: 1,
      output: 'The current folder no longer exists.\nChange to another one and try again.\n',
    })
  })

  test('a port in use, before a data directory is created', async () => {
    using data = mkdtempDisposableSync(join(tmpdir(), 'osa-main-'))
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as { port: number }
    const run = await runToEnd({ PORT: String(port), OSA_DATA_DIR: join(data.path, 'node') })
    other.close()
    expectMessage(run, new RegExp(`Port ${port} on 127.0.0.1 is in use.\nStop the program that uses it, or set PORT`))
    expect(readdirSync(data.path)).toEqual([])
  })

  test('a metrics port in use is reported as such', async () => {
    using data = mkdtempDisposableSync(join(tmpdir(), 'osa-main-'))
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as { port: number }
    const run = await runToEnd({ PORT: '0', OSA_ADMIN_PORT: String(port), OSA_DATA_DIR: data.path })
    other.close()
    expectMessage(
      run,
      new RegExp(`Port ${port} on 127.0.0.1 is in use.\nStop the program that uses it, or set OSA_ADMIN_PORT`),
    )
  })

  test('an embedded database whose files are damaged', async () => {
    using data = mkdtempDisposableSync(join(tmpdir(), 'osa-main-'))
    await (await spawnNode({ env: { OSA_DATA_DIR: data.path } })).stop()
    truncateSync(join(data.path, 'pg', 'global', 'pg_control'))
    const run = await runToEnd({ PORT: '0', OSA_DATA_DIR: data.path })
    expectMessage(
      run,
      new RegExp(`The embedded database in ${data.path} cannot be opened.\nCheck that the disk is not full`),
    )
  })

  test('I06 an unreachable database, without its password', async () => {
    const run = await runToEnd({ PORT: '0', DATABASE_URL: 'postgres://osa:canary@127.0.0.1:1/archive' })
    expectMessage(run, /The database at 127.0.0.1:1\/archive cannot be reached/)
    expect(run.output).not.toContain('canary')
  })

  test('a database without TLS, and one with an untrusted certificate, if DATABASE_URL requires TLS', async () => {
    using folder = mkdtempDisposableSync(join(tmpdir(), 'osa-main-'))
    await using plain = await postgresStandIn(null)
    const asked = (at: { port: number }, more = '') => ({
      PORT: '0',
      DATABASE_URL: `postgres://osa:canary@127.0.0.1:${at.port}/archive?sslmode=verify-full${more}`,
    })
    expectMessage(await runToEnd(asked(plain)), /does not offer TLS.\nTurn it on there/)
    await using selfSigned = await postgresStandIn(selfSignedCertificate(folder.path))
    const untrusted = await runToEnd(asked(selfSigned))
    expectMessage(
      untrusted,
      /is not trusted \(DEPTH_ZERO_SELF_SIGNED_CERT\).\nTrust the authority that signed it: add sslrootcert/,
    )
    expect(untrusted.output).not.toContain('canary')
    const missing = await runToEnd(asked(selfSigned, '&sslrootcert=/nowhere/ca.pem'))
    expectMessage(missing, /The file \/nowhere\/ca.pem cannot be read.\nCheck sslrootcert/)
  })

  test('an unreachable database behind a socket, by the folder of the socket', async () => {
    const run = await runToEnd({ PORT: '0', DATABASE_URL: 'postgres:///archive?host=/nowhere&user=osa' })
    expectMessage(run, /The database at archive \(socket in \/nowhere\) cannot be reached/)
  })
})
