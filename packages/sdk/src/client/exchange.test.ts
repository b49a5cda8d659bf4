import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { fakeOsaServer } from '../testing/index.ts'
import { createExchange, type ExchangeOptions } from './exchange.ts'
import { nodeNetworkError } from './node-network-error.ts'
import { unexpectedAnswer } from './unexpected-answer.ts'

/** Sends one request to a server. */
function send(server: string, path: string, options: Partial<ExchangeOptions> & { init?: RequestInit } = {}) {
  const { init, ...more } = options
  const base = {
    server,
    fetch: globalThis.fetch,
    timeoutMs: 30_000,
    onEvent: () => undefined,
    explain: nodeNetworkError,
  }
  return createExchange({ ...base, ...more }).send(new URL(server + path), init)
}

async function serve(listener: RequestListener) {
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

test('K09 a redirect is not followed, so no second server sees the secret', async () => {
  await using node = await fakeOsaServer()
  await using thief = await fakeOsaServer()
  node.redirectTo(`${thief.url}/trpc/session.refresh`, 'refresh')
  const init = { method: 'POST', body: '{"refresh_token":"rt-secret"}', headers: { authorization: 'Bearer at' } }
  const answer = await send(node.url, '/trpc/session.refresh', { init })
  expect(answer.status).toBe(307)
  expect(thief.requests).toEqual([])
  expect(unexpectedAnswer(answer).message).toContain('redirects to')
})

test.each([
  [302, 'https://evil.example/a?b=c', ' redirects to https://evil.example', 'use its address directly'],
  [302, '/login?next=secret', ' redirects to URL/login', 'A proxy or sign-in page may be in the way'],
  [302, 'javascript:alert(1)', ' did not answer like an archive', 'Check the address'],
  [307, undefined, ' did not answer like an archive', 'Check the address'],
  [304, undefined, ' did not answer like an archive', 'Check the address'],
])('K09 a %i to %s is reported as a redirect only if it names a target', async (status, location, what, hint) => {
  await using node = await serve((_, response) => response.writeHead(status, location ? { location } : {}).end())
  const error = unexpectedAnswer(await send(node.url, '/'))
  expect(error.message).toBe(node.url + what.replace('URL', node.url))
  expect(error.hint).toContain(hint)
})

test('K10 a server without TLS is distinguished from one with a bad certificate', async () => {
  await using plain = await serve((_, response) => response.end())
  const { host } = new URL(plain.url)
  await expect(send(`https://${host}`, '/')).rejects.toMatchObject({
    code: 'tls',
    message: expect.stringMatching(`^https://${host} does not speak https `),
    hint: `Try http://${host}`,
  })
})

test('K08 an endless body is cut off at 1 MiB', async () => {
  await using endless = await serve((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    const timer = setInterval(() => response.write('x'.repeat(65_536)), 1)
    response.on('close', () => clearInterval(timer))
  })
  const before = process.memoryUsage().rss
  await expect(send(endless.url, '/')).rejects.toMatchObject({
    code: 'not_an_osa_server',
  })
  expect(process.memoryUsage().rss - before).toBeLessThan(100 * 1024 * 1024)
})

test('K08 a body that arrives too slowly is abandoned at the deadline', async () => {
  await using trickle = await serve((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    const timer = setInterval(() => response.write(' '), 20)
    response.on('close', () => clearInterval(timer))
  })
  const asked = send(trickle.url, '/', { timeoutMs: 300 })
  await expect(asked).rejects.toMatchObject({
    code: 'timeout',
    message: `${trickle.url} did not answer within 0.3 s`,
    retryable: true,
  })
})

test('a port that nothing listens on is connection_refused, an unknown host is dns', async () => {
  const stopped = await fakeOsaServer()
  await stopped[Symbol.asyncDispose]()
  await expect(send(stopped.url, '/')).rejects.toMatchObject({
    code: 'connection_refused',
    message: `Can't connect to ${stopped.url} (connection refused)`,
  })
  const lookupFails = () =>
    Promise.reject(new TypeError('fetch failed', { cause: Object.assign(new Error(), { code: 'ENOTFOUND' }) }))
  const offline = send('https://archve.example.org', '/', { fetch: lookupFails })
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
])('K10 the failure %s is reported as %s', async (cause, code) => {
  const fails = () =>
    Promise.reject(new TypeError('fetch failed', { cause: Object.assign(new Error(), { code: cause }) }))
  const asked = send('https://a.example', '/', { fetch: fails })
  await expect(asked).rejects.toMatchObject({ code, retryable: code !== 'tls' })
})

test('K10 on a runtime that gives no reason for a failure, it is timeout or connection_failed', async () => {
  const fails = () => Promise.reject(new TypeError('fetch failed', { cause: { code: 'ENOTFOUND' } }))
  const asked = send('https://a.example', '/', { fetch: fails, explain: undefined })
  await expect(asked).rejects.toMatchObject({ code: 'connection_failed', retryable: true })
  const never: typeof fetch = (_, init) =>
    new Promise((_resolve, reject) => {
      init?.signal?.addEventListener('abort', () => reject(init.signal?.reason))
    })
  const late = send('https://a.example', '/', { fetch: never, timeoutMs: 1, explain: undefined })
  await expect(late).rejects.toMatchObject({ code: 'timeout', retryable: true })
})

test('K40 a proxy that refuses is named in the error', () => {
  const error = new Error('Proxy response (407) !== 200 when HTTP Tunneling')
  const proxy = { url: 'http://proxy.corp:8080', variable: 'HTTPS_PROXY' }
  const failed = { error, server: 'https://a.example', timeoutMs: 1000, timedOut: false, moreTime: '', proxy }
  expect(nodeNetworkError(failed)).toMatchObject({
    code: 'proxy',
    message: 'The proxy http://proxy.corp:8080 (HTTPS_PROXY) refused the connection to a.example (407)',
  })
})

test('K17 the events of a request contain no header, body or query', async () => {
  await using node = await fakeOsaServer()
  const events: object[] = []
  const headers = { authorization: 'Bearer at-secret' }
  const init = { method: 'POST', body: '{"refresh_token":"rt-secret"}', headers }
  await send(node.url, '/trpc/session.refresh?input=secret', { init, onEvent: (event) => events.push(event) })
  expect(events).toMatchObject([{ type: 'request' }, { type: 'response', procedures: ['session.refresh'] }])
  expect(JSON.stringify(events)).not.toContain('secret')
})

test('K17 a secret that a server repeats in a refusal is removed from headers, text and JSON', async () => {
  await using node = await serve((request, response) => {
    const secret = String(request.headers.authorization)
    response.writeHead(400, { 'content-type': request.headers.accept, 'x-request-id': secret })
    request
      .on('data', (body) => response.write(JSON.stringify({ secret, body: String(body) })))
      .on('end', () => response.end())
  })
  for (const accept of ['application/json', 'text/html']) {
    const headers = { authorization: 'Bearer canary-at-1', accept }
    const init = {
      method: 'POST',
      headers,
      body: '{"0":{"json":{"device_code":"canary-dc-1","refresh_token":"canary-rt-1"}}}',
    }
    const answer = await send(node.url, '/', { init })
    expect(JSON.stringify([answer, [...answer.headers]])).not.toContain('canary')
  }
})

test("the caller's signal ends a request as aborted, its deadline as timeout", async () => {
  await using node = await fakeOsaServer()
  node.slow(600_000)
  const stop = new AbortController()
  setTimeout(() => stop.abort(), 50)
  await expect(send(node.url, '/', { init: { signal: stop.signal } })).rejects.toMatchObject({ code: 'aborted' })
  const signal = AbortSignal.timeout(50)
  await expect(send(node.url, '/', { init: { signal } })).rejects.toMatchObject({ code: 'timeout' })
})
