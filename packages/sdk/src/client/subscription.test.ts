/** Subscriptions whose connections break or are refused. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { createOsaClient, type TokenProvider } from '../index.node.ts'

type Answer = (response: ServerResponse, request: IncomingMessage) => void

/** A node that answers its connections with these answers in order, and all further ones with the last. */
async function startStreams(...answers: Answer[]) {
  const tokens: (string | undefined)[] = []
  const server = createServer((request, response) => {
    tokens.push(request.headers.authorization)
    const answer = answers[Math.min(tokens.length, answers.length) - 1]
    answer?.(response, request)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    tokens,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}

const stream =
  (text: string): Answer =>
  (response) => {
    // makes the client reconnect at once instead of after 3 s
    response
      .writeHead(200, { 'content-type': 'text/event-stream' })
      .end(`retry: 1\n\nevent: connected\ndata: {}\n\n${text}`)
  }
const decided = 'data: {"json":{"status":"decided"}}\n\nevent: return\ndata: \n\n'
const refusal =
  (status: number, headers: Record<string, string>, body: string): Answer =>
  (response) => {
    response.writeHead(status, headers).end(body)
  }
const unauthorized = refusal(
  401,
  { 'content-type': 'application/json' },
  '{"error":{"json":{"message":"no","code":-32001,"data":{"code":"UNAUTHORIZED","httpStatus":401}}}}',
)

async function watchOf(server: string, auth: TokenProvider) {
  const seen: unknown[] = []
  const osa = createOsaClient({ server, auth })
  for await (const event of osa.device.watch.subscribe({ device_code_hash: 'A'.repeat(43) })) seen.push(event)
  return seen
}
function counting(): TokenProvider {
  let asked = 0
  return { getToken: () => `token-${++asked}` }
}

test('a stream that breaks is reopened with a fresh token', async () => {
  await using node = await startStreams(stream(''), stream(decided))
  expect(await watchOf(node.url, counting())).toEqual([{ status: 'decided' }])
  const [first, second] = node.tokens.map((token) => Number(token?.replace('Bearer token-', '')))
  expect(second).toBeGreaterThan(first ?? 0)
})

test('a stream survives a node that is unreachable for a moment', async () => {
  const away = refusal(503, { 'content-type': 'text/html', 'retry-after': '0' }, '<p>restarting')
  await using node = await startStreams(
    stream(''),
    away,
    (_response, request) => request.socket.destroy(),
    stream(decided),
  )
  expect(await watchOf(node.url, counting())).toEqual([{ status: 'decided' }])
  expect(node.tokens).toHaveLength(4)
})

test('a rejected token is renewed once, and a second rejection ends the stream', async () => {
  await using node = await startStreams(unauthorized, stream(decided))
  const renewing = (): TokenProvider => ({ getToken: () => 'old', onUnauthorized: () => 'new' })
  expect(await watchOf(node.url, renewing())).toEqual([{ status: 'decided' }])
  expect(node.tokens).toEqual(['Bearer old', 'Bearer new'])
  await using other = await startStreams(unauthorized)
  await expect(watchOf(other.url, renewing())).rejects.toMatchObject({ code: 'not_authenticated', status: 401 })
  expect(other.tokens).toHaveLength(2)
})

test('a login that ends while the stream is broken ends the stream with its reason', async () => {
  await using node = await startStreams(stream(''))
  let asked = 0
  const getToken = () => {
    asked++
    if (asked > 2) throw new Error('sealed')
    return 'token'
  }
  await expect(watchOf(node.url, { getToken })).rejects.toMatchObject({ code: 'not_authenticated' })
})

test.each([
  ['a web page', refusal(200, { 'content-type': 'text/html' }, '<title>Sign in'), 'html_response'],
  ['a redirect', refusal(302, { location: 'https://elsewhere.example' }, ''), 'not_an_osa_server'],
  ['JSON of another site', refusal(200, { 'content-type': 'application/json' }, '{"error":{}}'), 'not_an_osa_server'],
])('%s instead of a stream ends the subscription', async (_name, answer, code) => {
  await using node = await startStreams(answer)
  await expect(watchOf(node.url, counting())).rejects.toMatchObject({ code, server: node.url })
  expect(node.tokens).toHaveLength(1)
})
