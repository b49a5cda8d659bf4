/** Watches, against servers that announce decisions, servers that do not, and servers that lie. */
import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test, vi } from 'vitest'
import { openNetwork } from '../client/network.ts'
import { systemClock } from '../clock.ts'
import { waitForApproval } from './approval.ts'
import type { PendingLogin } from './device-login.ts'
import { watchForDecision } from './watch.ts'

const deviceCode = 'dc-secret'
const decidedEvent = 'data: {"json":{"status":"decided"}}\n\n\n'
const tokens = { access_token: 'at', refresh_token: 'rt', token_type: 'Bearer', expires_in: 900, scope: '' }
const patience = { timeout: 300_000, interval: 10 }

type Answer = (response: ServerResponse, request: IncomingMessage) => void

/** Starts a server with two routes: an event stream, and polls that are pending until `approve`. */
async function startServer(onWatch: Answer, { intervalSeconds = 60 } = {}) {
  const watches: string[] = []
  const polls: number[] = []
  let isApproved = false
  const startedAtMs = performance.now()
  const server = createServer((request, response) => {
    if (request.url?.startsWith('/trpc/device.watch')) {
      watches.push(request.url)
      return onWatch(response, request)
    }
    polls.push(performance.now() - startedAtMs)
    const json = isApproved ? tokens : { error: 'authorization_pending' }
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify([{ result: { data: { json } } }]))
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const login: PendingLogin = {
    server: url,
    deviceCode,
    userCode: 'BCDF-GHJK',
    verificationUri: `${url}/device`,
    verificationUriComplete: `${url}/device`,
    sameComputerUri: null,
    isSameComputerRequired: false,
    expiresAtMs: Date.now() + 900_000,
    intervalSeconds,
  }
  return {
    login,
    watches,
    polls,
    approve: () => {
      isApproved = true
    },
    connections: () => new Promise<number>((resolve) => server.getConnections((_, count) => resolve(count))),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise<void>((done) => server.close(() => done()))
    },
  }
}

function stream(response: ServerResponse): ServerResponse {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  response.write('event: connected\ndata: {}\n\n\n')
  return response
}

const exchanges: string[] = []
const network = openNetwork({
  onEvent: (event) => void ('url' in event && exchanges.push(event.url)),
})

test('the decision ends a wait of a minute at once', async () => {
  let announce = (): void => undefined
  await using server = await startServer((response) => {
    stream(response)
    announce = () => void response.write(decidedEvent)
  })
  const waiting = waitForApproval({ network, login: server.login, clock: systemClock })
  await vi.waitFor(() => expect(server.watches).toHaveLength(1), patience)
  expect(server.polls).toEqual([])
  server.approve()
  await vi.waitFor(announce, patience)
  expect(await waiting).toHaveProperty('access_token', 'at')
  expect(server.polls).toHaveLength(1)
})

test('D22 K17 the device code is in no URL and in no log; the watch sends its hash', async () => {
  await using server = await startServer((response) => void stream(response).end(decidedEvent))
  server.approve()
  await waitForApproval({ network, login: server.login, clock: systemClock })
  const [url = ''] = server.watches
  const hash = createHash('sha256').update(deviceCode).digest('base64url')
  expect(JSON.parse(new URL(url, server.login.server).searchParams.get('input') ?? '')).toEqual({
    json: { device_code_hash: hash },
  })
  expect(url).not.toContain(deviceCode)
  expect(exchanges.join(' ')).toContain('/trpc/device.watch')
  expect(exchanges.join(' ')).not.toContain('?')
})

test('K11 a server that announces a decision repeatedly is polled early once, then at the interval', async () => {
  await using server = await startServer((response) => void stream(response).end(decidedEvent.repeat(50)), {
    intervalSeconds: 1,
  })
  const stopping = new AbortController()
  const waiting = waitForApproval({ network, login: server.login, clock: systemClock, signal: stopping.signal })
  await vi.waitFor(() => expect(server.polls.length).toBeGreaterThan(2), patience)
  stopping.abort()
  await expect(waiting).rejects.toMatchObject({ code: 'aborted' })
  const gaps = server.polls.slice(1).map((at, index) => at - (server.polls[index] ?? 0))
  for (const gap of gaps) expect(gap).toBeGreaterThan(900)
  expect(server.watches, 'the stream is not reopened').toHaveLength(1)
})

test.each<[string, Answer]>([
  ['a 404', (response) => void response.writeHead(404).end()],
  ['a web page', (response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>')],
  ['a redirect', (response) => void response.writeHead(307, { location: 'http://127.0.0.1:9/' }).end()],
  ['events that are not JSON', (response) => void stream(response).end('data: decided\n\n')],
  ['a refusal', (response) => void stream(response).end('data: {"json":{"error":"temporarily_unavailable"}}\n\n')],
  ['an error', (response) => void stream(response).end('event: serialized-error\ndata: {}\n\n')],
  ['null', (response) => void stream(response).end('data: null\n\n')],
  ['endless text', (response) => void stream(response).end('x'.repeat(2 * 1024 * 1024))],
  ['a broken connection', (response) => response.destroy()],
  ['silence', () => undefined],
])('if the watch gets %s instead of the decision, the next poll gets it', async (_, onWatch) => {
  await using server = await startServer(onWatch, { intervalSeconds: 1 })
  server.approve()
  const tokens = await waitForApproval({ network, login: server.login, clock: systemClock })
  expect(tokens).toHaveProperty('access_token', 'at')
  expect(server.polls[0]).toBeGreaterThan(900)
  expect(server.polls).toHaveLength(1)
})

test('a stream that keeps breaking is opened ten times at most', async () => {
  await using server = await startServer((response) => {
    // makes the client reconnect at once instead of after 3 s
    response.writeHead(200, { 'content-type': 'text/event-stream' }).end('retry: 1\n\n')
  })
  const watch = watchForDecision({ network, login: server.login })
  await vi.waitFor(() => expect(server.watches).toHaveLength(10), patience)
  await new Promise((resolve) => setTimeout(resolve, 200))
  watch.stop()
  expect(server.watches).toHaveLength(10)
})

test('K16 the signal ends the wait and closes the connection of the stream', async () => {
  await using server = await startServer((response) => void stream(response))
  const stopping = new AbortController()
  const waiting = waitForApproval({ network, login: server.login, clock: systemClock, signal: stopping.signal })
  await vi.waitFor(() => expect(server.watches).toHaveLength(1), patience)
  stopping.abort()
  await expect(waiting).rejects.toMatchObject({ code: 'aborted' })
  await vi.waitFor(async () => expect(await server.connections()).toBe(0), patience)
})
