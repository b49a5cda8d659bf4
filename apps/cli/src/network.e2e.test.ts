import { fakeOsaServer } from '@osa/sdk/testing'
import { expect, test } from 'vitest'
import { startProxy } from './testing/proxy.ts'
import { makeSandbox } from './testing/run-osa.ts'
import { startTlsFront } from './testing/tls-front.ts'

/** Makes Node handle certificates as before 22.19 and 24.5. */
const withoutDefaultAuthorities = `data:text/javascript,${encodeURIComponent(
  "import tls from 'node:tls';import { syncBuiltinESMExports } from 'node:module';delete tls.setDefaultCACertificates;syncBuiltinESMExports()",
)}`

/** A node behind TLS, with a certificate of an unknown authority. */
async function startOverTls() {
  await using started = new AsyncDisposableStack()
  const node = started.use(await fakeOsaServer())
  const front = started.use(await startTlsFront(node.url))
  const sandbox = started.use(await makeSandbox())
  const running = started.move()
  return { node, front, sandbox, [Symbol.asyncDispose]: () => running.disposeAsync() }
}

test('K10 a certificate of an unknown authority is an error, with a hint', async () => {
  await using over = await startOverTls()
  const { node, front, sandbox } = over
  const env = { OSA_TOKEN: 'at_secret', OSA_SERVER: `https://127.0.0.1:${front.port}` }
  const { code, stderr } = await sandbox.run(['whoami'], { env })
  expect(code).toBe(7)
  expect(stderr).toBe(
    " ✗ Can't verify the certificate of 127.0.0.1 (SELF_SIGNED_CERT_IN_CHAIN)\n" +
      '   A company proxy may be inspecting traffic.\n' +
      " → Point NODE_EXTRA_CA_CERTS at your company's CA file (PEM) and try again\n",
  )
  expect(node.requests).toEqual([])
})

test('K10 with NODE_EXTRA_CA_CERTS that certificate is trusted', async () => {
  await using over = await startOverTls()
  const { node, front, sandbox } = over
  const { access_token } = node.issue()
  const env = {
    OSA_TOKEN: access_token,
    OSA_SERVER: `https://127.0.0.1:${front.port}`,
    NODE_EXTRA_CA_CERTS: front.authority,
  }
  const { code, stdout } = await sandbox.run(['whoami'], { env })
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'Josiah Carberry (0000-0002-1825-0097)\n' })
})

test('K10 with SSL_CERT_FILE too, on a Node that reads the system store and on one that does not, and through a proxy', async () => {
  await using over = await startOverTls()
  const { node, front, sandbox } = over
  const { access_token } = node.issue()
  const env = { OSA_TOKEN: access_token, OSA_SERVER: `https://127.0.0.1:${front.port}`, SSL_CERT_FILE: front.authority }
  await using proxy = await startProxy({ tunnelTo: front.port })
  const viaProxy = { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` }
  const older = { NODE_OPTIONS: `--import ${withoutDefaultAuthorities}` }
  for (const more of [{}, viaProxy, older, { ...older, ...viaProxy }]) {
    expect(await sandbox.run(['whoami'], { env: { ...env, ...more } })).toMatchObject({ code: 0 })
  }
  expect(await sandbox.run(['whoami'], { env: { ...env, ...older, SSL_CERT_FILE: '/not/there' } })).toMatchObject({
    code: 7,
  })
})

test('K10 a certificate for another host is refused', async () => {
  await using over = await startOverTls()
  const { node, front, sandbox } = over
  await using proxy = await startProxy({ tunnelTo: front.port })
  const env = {
    HTTPS_PROXY: `http://127.0.0.1:${proxy.port}`,
    NODE_EXTRA_CA_CERTS: front.authority,
    OSA_TOKEN: 'at_secret',
    OSA_SERVER: 'https://other.example',
  }
  const { code, stderr } = await sandbox.run(['whoami'], { env })
  expect(code).toBe(7)
  expect(stderr).toContain(" ✗ Can't verify the certificate of other.example (ERR_TLS_CERT_ALTNAME_INVALID)\n")
  expect(node.requests).toEqual([])
})

test('K10 with certificate checks turned off nothing is sent over https', async () => {
  await using over = await startOverTls()
  const { node, front, sandbox } = over
  const env = { NODE_TLS_REJECT_UNAUTHORIZED: '0', OSA_TOKEN: 'x', OSA_SERVER: `https://127.0.0.1:${front.port}` }
  const { code, stderr } = await sandbox.run(['whoami'], { env })
  expect(code).toBe(7)
  expect(stderr).toContain(' ✗ NODE_TLS_REJECT_UNAUTHORIZED=0 turns off certificate checks\n')
  expect(node.requests).toEqual([])
})

test('K40 through a proxy TLS is end to end: the proxy sees the host name and no secret', async () => {
  await using over = await startOverTls()
  const { node, front, sandbox } = over
  await using proxy = await startProxy({ tunnelTo: front.port })
  const { access_token } = node.issue()
  const env = {
    HTTPS_PROXY: `http://127.0.0.1:${proxy.port}`,
    NODE_EXTRA_CA_CERTS: front.authority,
    OSA_TOKEN: access_token,
    OSA_SERVER: 'https://archive.example',
  }
  const { code, stdout } = await sandbox.run(['whoami'], { env })
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'Josiah Carberry (0000-0002-1825-0097)\n' })
  expect(proxy.seen).toEqual(['CONNECT archive.example:443'])
  expect(proxy.tunnelled()).not.toContain(access_token)
  expect(proxy.tunnelled()).not.toContain('/trpc')
})

test.each(['NO_PROXY', 'no_proxy'])('K40 a host in %s is reached without the proxy', async (variable) => {
  await using over = await startOverTls()
  const { node, front, sandbox } = over
  await using proxy = await startProxy({ refuse: 407 })
  const { access_token } = node.issue()
  const env = {
    HTTPS_PROXY: `http://127.0.0.1:${proxy.port}`,
    [variable]: 'internal.example,127.0.0.1',
    NODE_EXTRA_CA_CERTS: front.authority,
    OSA_TOKEN: access_token,
    OSA_SERVER: `https://127.0.0.1:${front.port}`,
  }
  expect(await sandbox.run(['whoami'], { env })).toMatchObject({ code: 0 })
  expect(proxy.seen).toEqual([])
})

test('K40 a proxy that refuses is named, without its password; http to loopback does not use it, even with NODE_USE_ENV_PROXY', async () => {
  await using proxy = await startProxy({ refuse: 407 })
  await using node = await fakeOsaServer()
  await using sandbox = await makeSandbox()
  const url = `http://me:hunter2@127.0.0.1:${proxy.port}`
  const env = { HTTPS_PROXY: url, HTTP_PROXY: url, OSA_TOKEN: 'at_secret' }
  for (const more of [{}, { NODE_USE_ENV_PROXY: '1' }]) {
    const direct = await sandbox.run(['whoami', '--server', node.url], { env: { ...env, ...more } })
    expect(direct.code).toBe(4)
  }
  expect(node.seen('me')).toHaveLength(2)
  const { code, stderr } = await sandbox.run(['whoami', '--server', 'https://archive.example'], { env })
  expect(code).toBe(7)
  const shown = `http://127.0.0.1:${proxy.port}`
  expect(stderr).toBe(
    ` ✗ The proxy ${shown} (HTTPS_PROXY) refused the connection to archive.example (407)\n → Check HTTPS_PROXY / NO_PROXY\n`,
  )
  expect(proxy.seen).toEqual(['CONNECT archive.example:443'])
})

test('K08 K40 osa does not wait for a proxy that closes the connection', async () => {
  await using proxy = await startProxy(null)
  await using sandbox = await makeSandbox()
  const env = { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}`, OSA_TOKEN: 'at_secret' }
  const { code } = await sandbox.run(['whoami', '--timeout', '1', '--server', 'https://archive.example'], { env })
  expect(code).toBe(7)
})

test('a refused connection, an unknown host and a server that does not answer are errors with hints', async () => {
  await using node = await fakeOsaServer()
  await using sandbox = await makeSandbox()
  const env = { OSA_TOKEN: 'at_secret' }
  const run = (server: string, ...more: string[]) => sandbox.run(['whoami', '--server', server, ...more], { env })
  const refused = await run('http://127.0.0.1:61')
  expect({ code: refused.code, stderr: refused.stderr }).toEqual({
    code: 7,
    stderr:
      " ✗ Can't connect to http://127.0.0.1:61 (connection refused)\n → Is the local archive running? Start it and try again\n",
  })
  const unknown = await run('https://nobody.invalid')
  expect(unknown.code).toBe(7)
  expect(unknown.stderr).toMatch(
    /^ ✗ Can't find nobody\.invalid \(DNS: no (such host|answer)\)\n → Check the address\n$/,
  )
  node.slow(600_000)
  const silent = await run(node.url, '--timeout', '1')
  expect({ code: silent.code, stderr: silent.stderr }).toEqual({
    code: 7,
    stderr: ` ✗ ${node.url} did not answer within 1 s\n → Check your network or VPN; for a slow link use --timeout 120\n`,
  })
})
