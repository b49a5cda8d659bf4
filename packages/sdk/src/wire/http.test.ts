import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { fakeOsaServer } from '../testing/index.ts'
import { createHttp } from './http.ts'
import { unexpectedAnswer } from './unexpected-answer.ts'

const serve = async (listener: RequestListener) => {
  const server = createServer(listener)
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}

test('K09: a redirect is not followed, so no second server sees the secret', async () => {
  await using node = await fakeOsaServer()
  await using thief = await fakeOsaServer()
  node.redirectTo(`${thief.url}/api/v1/auth/refresh`, 'refresh')
  const json = { refresh_token: 'rt-secret' }
  const answer = await createHttp()({
    server: node.url,
    method: 'POST',
    path: '/api/v1/auth/refresh',
    json,
    bearer: 'at',
  })
  expect(answer.status).toBe(307)
  expect(thief.requests).toEqual([])
  expect(unexpectedAnswer(answer).message).toContain('redirects to')
})

test.each([
  [302, 'https://evil.example/a?b=c', ' redirects to https://evil.example', 'use its address directly'],
  [302, '/login?next=secret', ' redirects to URL/login', 'A proxy or sign-in page may be in the way'],
  [307, undefined, ' did not answer like an OSA server', 'Check the address'],
  [304, undefined, ' did not answer like an OSA server', 'Check the address'],
])('K09: %i to %s is told as what it is', async (status, location, what, hint) => {
  await using node = await serve((_, response) => response.writeHead(status, location ? { location } : {}).end())
  const error = unexpectedAnswer(await createHttp()({ server: node.url, method: 'GET', path: '/' }))
  expect(error.message).toBe(node.url + what.replace('URL', node.url))
  expect(error.hint).toContain(hint)
})

test('K10: a server without TLS is not taken for one with a bad certificate', async () => {
  await using plain = await serve((_, response) => response.end())
  const { host } = new URL(plain.url)
  await expect(createHttp()({ server: `https://${host}`, method: 'GET', path: '/' })).rejects.toMatchObject({
    code: 'tls',
    message: expect.stringMatching(`^https://${host} does not speak https `),
    hint: `Try http://${host}`,
  })
})

test('K08: a body without an end is cut off at 1 MiB', async () => {
  await using endless = await serve((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    const timer = setInterval(() => response.write('x'.repeat(65_536)), 1)
    response.on('close', () => clearInterval(timer))
  })
  const before = process.memoryUsage().rss
  await expect(createHttp()({ server: endless.url, method: 'GET', path: '/' })).rejects.toMatchObject({
    code: 'not_an_osa_server',
  })
  expect(process.memoryUsage().rss - before).toBeLessThan(100 * 1024 * 1024)
})

test('K08: a body that trickles in is given up at the deadline', async () => {
  await using trickle = await serve((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    const timer = setInterval(() => response.write(' '), 20)
    response.on('close', () => clearInterval(timer))
  })
  const asked = createHttp({ timeoutMs: 300 })({ server: trickle.url, method: 'GET', path: '/' })
  await expect(asked).rejects.toMatchObject({
    code: 'timeout',
    message: `${trickle.url} did not answer within 0.3 s`,
    retryable: true,
  })
})

test('S8: nobody listening is connection_refused, an unknown host is dns', async () => {
  const stopped = await fakeOsaServer()
  await stopped[Symbol.asyncDispose]()
  await expect(createHttp()({ server: stopped.url, method: 'GET', path: '/' })).rejects.toMatchObject({
    code: 'connection_refused',
    message: `Can't connect to ${stopped.url} (connection refused)`,
  })
  const lookupFails = () =>
    Promise.reject(new TypeError('fetch failed', { cause: Object.assign(new Error(), { code: 'ENOTFOUND' }) }))
  const offline = createHttp({ fetch: lookupFails })({ server: 'https://archve.example.org', method: 'GET', path: '/' })
  await expect(offline).rejects.toMatchObject({
    code: 'dns',
    message: "Can't find archve.example.org (DNS: no such host)",
  })
})

test.each([
  ['SELF_SIGNED_CERT_IN_CHAIN', 'tls'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls'],
  ['ECONNRESET', 'connection_failed'],
  ['UND_ERR_CONNECT_TIMEOUT', 'timeout'],
])('K10 S8: the failure %s is reported as %s', async (cause, code) => {
  const fails = () =>
    Promise.reject(new TypeError('fetch failed', { cause: Object.assign(new Error(), { code: cause }) }))
  const asked = createHttp({ fetch: fails })({ server: 'https://a.example', method: 'GET', path: '/' })
  await expect(asked).rejects.toMatchObject({ code, retryable: code !== 'tls' })
})

test('K40 S8: a proxy that refuses is named, without its password', async () => {
  const fails = () => Promise.reject(new Error('Proxy response (407) !== 200 when HTTP Tunneling'))
  const proxyFor = () => ({ url: 'http://proxy.corp:8080', variable: 'HTTPS_PROXY' })
  const asked = createHttp({ fetch: fails, proxyFor })({ server: 'https://a.example', method: 'GET', path: '/' })
  await expect(asked).rejects.toMatchObject({
    code: 'proxy',
    message: 'The proxy http://proxy.corp:8080 (HTTPS_PROXY) refused the connection to a.example (407)',
  })
})

test('K17: what is told about an exchange holds neither header nor body', async () => {
  await using node = await fakeOsaServer()
  const told: object[] = []
  const http = createHttp({ onExchange: (exchange) => told.push(exchange) })
  await http({
    server: node.url,
    method: 'POST',
    path: '/api/v1/auth/refresh',
    json: { refresh_token: 'rt-secret' },
    bearer: 'at-secret',
  })
  expect(told).toHaveLength(1)
  expect(JSON.stringify(told)).not.toContain('secret')
})

test("the caller's signal ends a request as aborted", async () => {
  await using node = await fakeOsaServer()
  node.slow(600_000)
  const asked = createHttp()({ server: node.url, method: 'GET', path: '/', signal: AbortSignal.timeout(50) })
  await expect(asked).rejects.toMatchObject({ code: 'aborted' })
})
