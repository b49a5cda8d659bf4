/** J04, J05, J11: how the listener handles long, slow or ambiguous requests, on real sockets. */
import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test, vi } from 'vitest'
import { startingUp } from './http-refusals.ts'
import { listen } from './http-server.ts'
import { startTestNode } from './testing/test-node.ts'

async function open(
  fetch: (request: Request) => Response | Promise<Response>,
  limits = {},
  isProxy: (remoteAddress: string) => boolean = () => false,
) {
  const server = await listen({ fetch, host: '127.0.0.1', port: 0, limits, isProxy })
  return { ...server, url: `http://127.0.0.1:${server.port}`, [Symbol.asyncDispose]: () => server.close(100) }
}

/** Sends raw bytes and returns everything received until the connection closes. */
async function raw(port: number, bytes: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  let received = ''
  socket.setEncoding('utf8').on('data', (text: string) => {
    received += text
  })
  socket.on('error', () => socket.destroy()) // some tests expect a reset connection
  await once(socket, 'connect')
  socket.write(bytes)
  await once(socket, 'close')
  return received
}

const ok = () => Response.json({})

describe('J04 size', () => {
  test('headers over 16 KiB are 431, addresses over 8 KiB 414, both JSON', async () => {
    await using server = await open(ok)
    const large = await fetch(server.url, { headers: { 'X-Large': 'a'.repeat(17_000) } })
    const long = await fetch(`${server.url}/${'a'.repeat(9_000)}`)
    expect([large.status, long.status]).toEqual([431, 414])
    for (const answer of [large, long]) expect(await answer.json()).toMatchObject({ error: 'invalid_request' })
  })

  test('a body over 64 KiB is 413, with or without Content-Length, and the node keeps serving', async () => {
    await using node = await startTestNode({ listening: true })
    const url = `${node.publicUrl}/oauth/token`
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' }
    const announced = await fetch(url, { method: 'POST', headers, body: 'x'.repeat(100_000) })
    const stream = new Blob(['x'.repeat(100_000)]).stream()
    const chunked = await fetch(url, { method: 'POST', headers, body: stream, duplex: 'half' } as RequestInit)
    expect([announced.status, chunked.status]).toEqual([413, 413])
    expect(await announced.json()).toMatchObject({ error: 'invalid_request' })
    expect((await fetch(`${node.publicUrl}/healthz`)).status).toBe(200)
  })

  test('J04 of hundreds of pipelined requests only twenty are handled, and the connection closes', async () => {
    let handled = 0
    await using server = await open(() => {
      handled++
      return ok()
    })
    const answers = await raw(server.port, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(1_000))
    expect(answers.match(/HTTP\/1\.1 \d+/g)).toEqual([...Array(20).fill('HTTP/1.1 200'), 'HTTP/1.1 429'])
    expect(handled).toBe(20)
  })
})

describe('J05 time', () => {
  const limits = { headersTimeout: 200, requestTimeout: 400, keepAliveTimeout: 100, connectionsCheckingInterval: 50 }

  test('unfinished headers and bodies that never arrive are cut off', async () => {
    await using server = await open(async (request) => new Response(await request.text()), limits)
    expect(await raw(server.port, 'GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ')).toContain('408')
    const body = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nx'
    expect(await raw(server.port, body)).not.toContain('200 OK')
  })

  test('an idle kept-alive connection is closed', async () => {
    await using server = await open(ok, { keepAliveTimeout: 100 })
    expect(await raw(server.port, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n')).toContain('200 OK')
  })

  test('connections of a trusted proxy stay open longer, so that the proxy always closes first', async () => {
    const keepAliveTimeout = 100
    const isTrusted = (address: string) => address === '127.0.0.1'
    await using server = await open(ok, { keepAliveTimeout, proxyKeepAliveTimeout: 600_000 }, isTrusted)
    const socket = connect(server.port, '127.0.0.1').setEncoding('utf8')
    let received = ''
    socket.on('data', (text: string) => {
      received += text
    })
    const request = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'
    socket.write(request)
    // Node.js closes an idle connection a second after its timeout
    await delay(keepAliveTimeout + 2_000)
    socket.write(request)
    await vi.waitFor(() => expect(received.match(/200 OK/g)).toHaveLength(2), { timeout: 300_000 })
    socket.destroy()

    await using other = await open(ok, { keepAliveTimeout: 600_000, proxyKeepAliveTimeout: 100 }, isTrusted)
    expect(await raw(other.port, request), 'closed after its own timeout').toContain('200 OK')
  })

  test('a client that does not read is cut off, so that its answer does not stay in memory', async () => {
    const cut = Promise.withResolvers<void>()
    const endless = () =>
      new Response(
        new ReadableStream({
          pull: (controller) => controller.enqueue(new Uint8Array(1_000_000)),
          cancel: () => cut.resolve(),
        }),
      )
    await using server = await open(endless, { stallTimeout: 200 })
    const socket = connect(server.port, '127.0.0.1').pause()
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    await cut.promise
    socket.destroy()
  })

  test('an answer may take longer than the request timeout', async () => {
    const requestTimeout = 1_000
    const slowly = async () => {
      await delay(requestTimeout + 500)
      return ok()
    }
    await using server = await open(slowly, { ...limits, headersTimeout: requestTimeout, requestTimeout })
    expect((await fetch(server.url)).status).toBe(200)
  })
})

describe('J11 framing', () => {
  const ambiguous: [string, string][] = [
    [
      'length and chunks',
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['two lengths', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!'],
    ['a folded header', 'GET / HTTP/1.1\r\nHost: a\r\nX-A: b\r\n c\r\n\r\n'],
    ['a bare line feed', 'GET / HTTP/1.1\nHost: a\n\n'],
    ['no host', 'GET / HTTP/1.1\r\n\r\n'],
    ['two hosts', 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n'],
    ['a coding beside chunks', 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n'],
    ['chunks in HTTP/1.0', 'POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
  ]
  test.each(ambiguous)('B30 %s is 400 as JSON and the connection closes', async (_name, bytes) => {
    await using server = await open(ok)
    const answer = await raw(server.port, bytes)
    expect(answer).toMatch(/^HTTP\/1\.1 400 /)
    expect(answer).toContain('"error":"invalid_request"')
  })

  test('B30 an unknown expectation and a CONNECT tunnel are refused as JSON', async () => {
    await using server = await open(ok)
    const expectation = await raw(server.port, 'GET / HTTP/1.1\r\nHost: a\r\nExpect: tea\r\n\r\n')
    expect(expectation).toMatch(/^HTTP\/1\.1 417 .*"error":"invalid_request"/s)
    const tunnel = await raw(server.port, 'CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n')
    expect(tunnel).toMatch(/^HTTP\/1\.1 405 .*"error":"invalid_request"/s)
  })

  test.each([
    ['a probe', 'GET /healthz HTTP/1.0\r\n\r\n', 200, '"ok"'],
    ['a page without a host', 'GET /device HTTP/1.0\r\n\r\n', 200, '<title>'],
    ['a page at another host', 'GET /device HTTP/1.0\r\nHost: localhost\r\n\r\n', 303, ''],
    ['a document', 'GET /.well-known/osa HTTP/1.0\r\n\r\n', 200, '"issuer"'],
    [
      'a start',
      'POST /oauth/device_authorization HTTP/1.0\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 17\r\n\r\nclient_id=osa-cli',
      200,
      '"device_code"',
    ],
    ['a call', 'GET /trpc/server.info HTTP/1.0\r\n\r\n', 200, '"result"'],
    ['an unknown path', 'GET /nothing HTTP/1.0\r\n\r\n', 404, ''],
  ])(
    'B30 RFC 9112 §9.3 in HTTP/1.0 %s gets a complete answer without chunks, and the connection closes',
    async (_name, bytes, status, part) => {
      await using node = await startTestNode({ listening: true })
      const answer = await raw(Number(new URL(node.publicUrl).port), bytes)
      const [head = '', body = ''] = answer.split('\r\n\r\n')
      expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
      expect(head).not.toMatch(/^transfer-encoding:/im)
      expect(head).toMatch(/^connection: close$/im)
      expect(body).toContain(part)
    },
  )

  test.each([
    ['a coding beside chunks', 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n', 400],
    ['an expectation', 'POST / HTTP/1.1\r\nHost: a\r\nExpect: tea\r\nTransfer-Encoding: chunked\r\n\r\n', 417],
  ])('after %s is refused, the rest of its body gets no second answer', async (_name, head, status) => {
    await using server = await open(ok)
    const answers = await raw(server.port, `${head}no chunk at all\r\n`)
    expect(answers.match(/HTTP\/1\.1 \d+/g)).toEqual([`HTTP/1.1 ${status}`])
  })

  test('an invalid host is 400 as JSON', async () => {
    await using node = await startTestNode({ listening: true })
    const answer = await raw(
      Number(new URL(node.publicUrl).port),
      'POST /oauth/token HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n',
    )
    expect(answer).toMatch(/^HTTP\/1\.1 400 /)
    expect(answer).toContain('"error":"invalid_request"')
  })
})

test('B30 a request while the node is starting is 503 as JSON, with Retry-After', async () => {
  await using server = await open(startingUp)
  const answer = await fetch(server.url)
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1'])
  expect(await answer.json()).toMatchObject({ error: 'temporarily_unavailable' })
})

test('J14 closing waits for requests in flight and accepts no new connections', async () => {
  const [arrived, finish] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const server = await open(async () => {
    arrived.resolve()
    await finish.promise
    return ok()
  })
  const inFlight = fetch(server.url)
  await arrived.promise
  const closed = server.close(600_000)
  await expect(fetch(server.url)).rejects.toThrow()
  finish.resolve()
  expect((await inFlight).status).toBe(200)
  await closed
})

test('J14 a request under way when the server stops is answered with Connection: close', async () => {
  const server = await open(ok)
  const socket = connect(server.port, '127.0.0.1')
  socket.setEncoding('utf8')
  const request = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'
  socket.write(request)
  const [first] = await once(socket, 'data')
  expect(first).toContain('keep-alive')
  const stopped = server.close(600_000)
  socket.write(request)
  const [second] = await once(socket, 'data')
  expect(second).toMatch(/^HTTP\/1.1 200 OK\r\n(.*\r\n)*connection: close/i)
  await stopped
})

test('J14 a silent connection does not delay closing', async () => {
  const server = await open(ok)
  const idle = connect(server.port, '127.0.0.1')
  await once(idle, 'connect')
  const stopping = performance.now()
  await server.close(600_000)
  expect(performance.now() - stopping).toBeLessThan(300_000)
})
