import { TRPCClientError } from '@trpc/client'
import { describe, expect, test, vi } from 'vitest'
import {
  type ClientEvent,
  createOsaClient,
  isOsaError,
  OsaCallError,
  OsaError,
  type TokenProvider,
} from '../index.node.ts'
import { FakeRefusal, fakeOsaServer, memoryStore } from '../testing/index.ts'
import { storedCredentials } from './stored-credentials.ts'

async function failureOf(promise: Promise<unknown>): Promise<OsaError> {
  const error = await promise.then(
    () => null,
    (failure: unknown) => failure,
  )
  if (error instanceof OsaError) return error
  throw new Error(`no OsaError but ${String(error)}`)
}

/** Limits the pauses, so that the tests do not wait long. */
const quick = { attempts: 3, maxDelayMs: 2_000 }

describe('signing calls', () => {
  test('K33 eight parallel calls with an expired token: one refresh, eight answers, one request', async () => {
    await using node = await fakeOsaServer()
    const store = memoryStore({ [node.url]: node.issue({ expired: true }) })
    const events: ClientEvent[] = []
    const osa = createOsaClient({
      server: node.url,
      auth: storedCredentials({ store }),
      onEvent: (e) => events.push(e),
    })
    const answers = await Promise.all(Array.from({ length: 8 }, () => osa.me.query()))
    expect(answers.map((me) => me.display_name)).toEqual(Array(8).fill('Josiah Carberry'))
    expect(node.calls.refresh).toBe(1)
    expect(node.calls.trpc).toBe(1)
    expect(events.map(({ type }) => type)).toEqual(['request', 'response'])
  })

  test('a token that looks valid but is rejected by the node is renewed once for all calls, and each call is repeated once', async () => {
    await using node = await fakeOsaServer()
    const store = memoryStore({ [node.url]: node.issue() })
    node.expireAccess()
    const events: ClientEvent[] = []
    const osa = createOsaClient({
      server: node.url,
      auth: storedCredentials({ store }),
      onEvent: (e) => events.push(e),
    })
    await Promise.all(Array.from({ length: 8 }, () => osa.me.query()))
    expect(node.calls).toMatchObject({ refresh: 1, trpc: 2 })
    expect(events.filter(({ type }) => type === 'refresh')).toHaveLength(1)
  })

  test('a token function is called again when the node rejects its token, and the call is repeated once', async () => {
    await using node = await fakeOsaServer()
    const tokens = ['too-old', node.issue().access_token]
    const auth = vi.fn(() => tokens[Math.min(auth.mock.calls.length, tokens.length) - 1] ?? null)
    const osa = createOsaClient({ server: node.url, auth })
    expect((await osa.me.query()).display_name).toBe('Josiah Carberry')
    expect(node.calls.me).toBe(2)
    node.expireAccess()
    expect((await failureOf(osa.me.query())).code).toBe('not_authenticated')
  })

  test('a mutation after expiry is carried out exactly once', async () => {
    const revoke = vi.fn(() => ({ revoked: true }))
    await using node = await fakeOsaServer({ procedures: { 'session.revoke': revoke } })
    const store = memoryStore({ [node.url]: node.issue() })
    node.expireAccess()
    const osa = createOsaClient({ server: node.url, auth: storedCredentials({ store }) })
    await osa.session.revoke.mutate({ session_id: '00000000-0000-4000-8000-000000000000' })
    expect(revoke).toHaveBeenCalledTimes(1)
  })

  test('a refresh that the node refuses is session_ended, and the saved login stays unchanged', async () => {
    await using node = await fakeOsaServer()
    const store = memoryStore({ [node.url]: node.issue() })
    const before = store.snapshot()
    node.expireAccess()
    node.revokeFamily()
    const osa = createOsaClient({ server: node.url, auth: storedCredentials({ store }) })
    expect(await failureOf(osa.me.query())).toMatchObject({ code: 'session_ended', server: node.url })
    expect(store.snapshot()).toEqual(before)
  })

  test('a provider whose tokens are all rejected is asked only once more: two requests, then not_authenticated', async () => {
    await using node = await fakeOsaServer()
    const onUnauthorized = vi.fn(() => 'another-bad-token')
    const osa = createOsaClient({ server: node.url, auth: { getToken: () => 'bad-token', onUnauthorized } })
    expect(await failureOf(osa.me.query())).toMatchObject({ code: 'not_authenticated', status: 401 })
    expect(node.calls.trpc).toBe(2)
    expect(onUnauthorized).toHaveBeenCalledTimes(1)
    expect(onUnauthorized).toHaveBeenCalledWith(
      expect.objectContaining({ rejectedToken: 'bad-token', server: node.url }),
    )
  })

  test('a fixed token that the node rejects is token_rejected', async () => {
    await using node = await fakeOsaServer()
    const osa = createOsaClient({ server: node.url, auth: 'bad-token' })
    expect(await failureOf(osa.me.query())).toMatchObject({ code: 'token_rejected' })
    expect(node.calls.trpc).toBe(1)
  })

  test('without a token, public procedures answer and others are not_authenticated', async () => {
    await using node = await fakeOsaServer()
    for (const auth of [{ type: 'none' } as const, storedCredentials({ store: memoryStore() })]) {
      const osa = createOsaClient({ server: node.url, auth })
      expect(await osa.server.info.query()).toMatchObject({ name: 'Fake archive' })
      expect(await failureOf(osa.me.query())).toMatchObject({
        code: 'not_authenticated',
        hint: `Run osa login ${node.url}`,
      })
    }
  })

  test('a provider that returns the rejected token after a renewal does not bring it back', async () => {
    await using node = await fakeOsaServer()
    const fresh = node.issue().access_token
    const auth: TokenProvider = { getToken: () => 'stale-token', onUnauthorized: () => fresh }
    const osa = createOsaClient({ server: node.url, auth })
    await osa.me.query()
    await osa.me.query()
    expect(node.calls.trpc).toBe(3)
  })

  test('an error of a provider becomes the cause of a not_authenticated, whose message does not repeat it', async () => {
    await using node = await fakeOsaServer()
    const cause = new Error('vault token s.canary is sealed')
    const auth: TokenProvider = { getToken: () => Promise.reject(cause) }
    const error = await failureOf(createOsaClient({ server: node.url, auth }).me.query())
    expect(error).toMatchObject({ code: 'not_authenticated', cause })
    expect(error.message).not.toContain('canary')
    expect(node.calls.trpc).toBe(0)
  })

  test('K17 no event holds a token or an input', async () => {
    await using node = await fakeOsaServer()
    const saved = node.issue({ expired: true })
    const events: ClientEvent[] = []
    const auth = storedCredentials({ store: memoryStore({ [node.url]: saved }) })
    const osa = createOsaClient({ server: node.url, auth, onEvent: (e) => events.push(e) })
    await osa.session.list.query()
    expect(await failureOf(osa.conventions.get.query({ slug: 'canary-input' }))).toMatchObject({ code: 'not_found' })
    const text = JSON.stringify(events)
    expect(text).toContain('conventions.get')
    for (const secret of ['canary-input', saved.access_token, saved.refresh_token, ...node.accessTokens.keys()]) {
      expect(text).not.toContain(secret)
    }
  })
})

describe('errors', () => {
  test('are both OsaErrors and tRPC errors, with the data of the node', async () => {
    await using node = await fakeOsaServer({
      procedures: {
        me: () => {
          throw new FakeRefusal('FORBIDDEN', 403, 'Not for you.')
        },
      },
    })
    const osa = createOsaClient({ server: node.url, auth: node.issue().access_token })
    const error = await failureOf(osa.me.query())
    expect(error).toMatchObject({ code: 'forbidden', status: 403, message: 'Not for you.', retryable: false })
    expect(error).toBeInstanceOf(OsaCallError)
    expect(error).toBeInstanceOf(TRPCClientError)
    expect(error).toBeInstanceOf(Error)
    expect((error as OsaCallError).data?.code).toBe('FORBIDDEN')
    expect(isOsaError(error, 'forbidden')).toBe(true)
    expect(isOsaError(error, 'usage')).toBe(false)
    expect(new Error('x')).not.toBeInstanceOf(OsaError)
    expect(TRPCClientError.from(error)).toBe(error)
  })

  test.each([
    ['BAD_REQUEST', 400, 'usage'],
    ['NOT_FOUND', 404, 'not_found'],
    ['CONFLICT', 409, 'usage'],
    ['TOO_MANY_REQUESTS', 429, 'rate_limited'],
    ['INTERNAL_SERVER_ERROR', 500, 'server_error'],
  ])('%s with status %i becomes %s', async (code, status, expected) => {
    await using node = await fakeOsaServer({
      procedures: {
        me: () => {
          throw new FakeRefusal(code, status)
        },
      },
    })
    const osa = createOsaClient({ server: node.url, auth: node.issue().access_token, retry: false })
    expect(await failureOf(osa.me.query())).toMatchObject({ code: expected, status, server: node.url })
  })

  test('a procedure that the node does not have is not_found', async () => {
    await using node = await fakeOsaServer()
    const osa = createOsaClient({ server: node.url, auth: { type: 'none' } })
    const { records } = osa as unknown as { records: { list: { query(): Promise<unknown> } } }
    expect(await failureOf(records.list.query())).toMatchObject({ code: 'not_found' })
  })

  const html = { 'content-type': 'text/html' }
  const text = { 'content-type': 'text/plain' }
  const json = { 'content-type': 'application/json' }
  const tooLarge = `["${'x'.repeat(1_100_000)}"]`
  const refusal = '{"detail":{"code":"invalid_request","message":"m"}}'
  test.each([
    ['a web page', { headers: html, status: 200, body: '<title>Sign in</title>' }, 'html_response'],
    ['JSON that is not tRPC', { headers: json, status: 200, body: '{"ok":1}' }, 'not_an_osa_server'],
    ['JSON that is not declared', { headers: text, status: 200, body: '[]' }, 'not_an_osa_server'],
    ['a truncated answer', { headers: json, status: 200, body: '[{"result"' }, 'not_an_osa_server'],
    ['more than 1 MiB', { headers: json, status: 200, body: tooLarge }, 'not_an_osa_server'],
    ['a body that is too large for the node', { headers: json, status: 413, body: refusal }, 'usage'],
    ['an error of a gateway', { headers: html, status: 502, body: '<p>bad gateway' }, 'server_error'],
  ])('%s has an error code of its own', async (_name, answer, code) => {
    await using node = await fakeOsaServer()
    node.dictate('trpc', [answer], { always: true })
    const osa = createOsaClient({ server: node.url, auth: node.issue().access_token, retry: false })
    expect(await failureOf(osa.me.query())).toMatchObject({ code, server: node.url })
  })

  test('a query that is too long for a URL is usage, and is not sent', async () => {
    await using node = await fakeOsaServer()
    const osa = createOsaClient({ server: node.url, auth: { type: 'none' } })
    const slug = 'x'.repeat(5_000)
    expect(await failureOf(osa.conventions.get.query({ slug }))).toMatchObject({ code: 'usage', server: node.url })
    expect(node.calls.trpc).toBe(0)
  })

  test('a redirect is not followed, so that the token goes to no other server', async () => {
    await using node = await fakeOsaServer()
    await using elsewhere = await fakeOsaServer()
    node.redirectTo(`${elsewhere.url}/trpc/me`, 'trpc')
    const osa = createOsaClient({ server: node.url, auth: node.issue().access_token })
    const error = await failureOf(osa.me.query())
    expect(error).toMatchObject({ code: 'not_an_osa_server', message: `${node.url} redirects to ${elsewhere.url}` })
    expect(elsewhere.requests).toEqual([])
  })

  test('a port that nothing listens on is connection_refused, an unknown host is dns', async () => {
    const gone = await fakeOsaServer()
    const { url } = gone
    await gone[Symbol.asyncDispose]()
    const calls = (server: string) =>
      createOsaClient({ server, auth: { type: 'none' }, retry: false }).server.info.query()
    expect(await failureOf(calls(url))).toMatchObject({ code: 'connection_refused', retryable: true })
    expect(await failureOf(calls('https://archive.invalid'))).toMatchObject({ code: 'dns' })
  })

  test('an invalid address is refused when the client is created', () => {
    expect(() => createOsaClient({ server: 'ftp://x' })).toThrow(
      expect.objectContaining({ code: 'invalid_server_url' }),
    )
    expect(() => createOsaClient({ server: 'http://archive.example.org' })).toThrow(
      expect.objectContaining({ code: 'insecure_http' }),
    )
  })
})

describe('retries', () => {
  const busy = { status: 503, headers: { 'content-type': 'text/plain', 'retry-after': '0' }, body: 'busy' }

  test('a query is sent up to three times while the node is overloaded', async () => {
    await using node = await fakeOsaServer()
    node.dictate('trpc', [busy, busy])
    const events: ClientEvent[] = []
    const osa = createOsaClient({
      server: node.url,
      auth: { type: 'none' },
      retry: quick,
      onEvent: (e) => events.push(e),
    })
    expect(await osa.server.info.query()).toMatchObject({ name: 'Fake archive' })
    expect(node.calls.trpc).toBe(3)
    expect(events.filter(({ type }) => type === 'retry')).toMatchObject([{ attempt: 2 }, { attempt: 3 }])
  })

  test('calls that fail together are retried together', async () => {
    await using node = await fakeOsaServer()
    node.dictate('trpc', [{ ...busy, headers: { 'content-type': 'text/plain' } }])
    // simulates a computer so busy that handling eight errors takes a quarter of a second
    const spin = ({ type }: ClientEvent): void => {
      const endsAt = performance.now() + (type === 'retry' ? 30 : 0)
      while (performance.now() < endsAt);
    }
    const osa = createOsaClient({ server: node.url, auth: { type: 'none' }, retry: quick, onEvent: spin })
    await Promise.all(Array.from({ length: 8 }, () => osa.server.info.query()))
    expect(node.calls.trpc).toBe(2)
  })

  test('a pause that the server asks for is respected', async () => {
    await using node = await fakeOsaServer()
    node.dictate('trpc', [{ ...busy, headers: { 'content-type': 'text/plain', 'retry-after': '1' } }])
    const osa = createOsaClient({ server: node.url, auth: { type: 'none' }, retry: quick })
    await osa.server.info.query()
    const [first, second] = node.seen('trpc').map(({ atMs }) => atMs)
    expect((second ?? 0) - (first ?? 0)).toBeGreaterThan(950)
  })

  test('the third failure is final', async () => {
    await using node = await fakeOsaServer()
    node.dictate('trpc', [busy], { always: true })
    const osa = createOsaClient({ server: node.url, auth: { type: 'none' }, retry: quick })
    expect(await failureOf(osa.server.info.query())).toMatchObject({
      code: 'server_error',
      retryable: true,
      status: 503,
    })
    expect(node.calls.trpc).toBe(3)
  })

  test('a call is not retried if the server asks for a longer pause than allowed, and the error has that pause', async () => {
    await using node = await fakeOsaServer()
    node.dictate('trpc', [{ ...busy, status: 429, headers: { 'content-type': 'text/plain', 'retry-after': '60' } }])
    const osa = createOsaClient({ server: node.url, auth: { type: 'none' } })
    expect(await failureOf(osa.server.info.query())).toMatchObject({ code: 'rate_limited', retryAfterMs: 60_000 })
    expect(node.calls.trpc).toBe(1)
  })

  test('a query whose connection broke is retried, a mutation is not', async () => {
    await using node = await fakeOsaServer({ procedures: { 'session.revoke': () => ({ revoked: true }) } })
    const osa = createOsaClient({ server: node.url, auth: node.issue().access_token, retry: quick })
    node.down(1)
    await osa.me.query()
    expect(node.calls.trpc).toBe(2)
    node.down(1)
    const ended = osa.session.revoke.mutate({ session_id: '00000000-0000-4000-8000-000000000000' })
    expect(await failureOf(ended)).toMatchObject({ code: 'connection_failed' })
    expect(node.calls.endSession + node.calls.trpc).toBe(3)
  })

  test('retry: false sends everything once', async () => {
    await using node = await fakeOsaServer()
    node.dictate('trpc', [busy])
    const osa = createOsaClient({ server: node.url, auth: { type: 'none' }, retry: false })
    expect(await failureOf(osa.server.info.query())).toMatchObject({ code: 'server_error' })
    expect(node.calls.trpc).toBe(1)
  })
})

describe('cancelling calls', () => {
  test('a signal that fires is aborted, a deadline is timeout, and both end the call at once', async () => {
    await using node = await fakeOsaServer()
    node.slow(30_000)
    const osa = createOsaClient({ server: node.url, auth: { type: 'none' } })
    const stop = new AbortController()
    const cancelled = failureOf(osa.server.info.query(undefined, { signal: stop.signal }))
    const late = failureOf(osa.server.info.query(undefined, { signal: AbortSignal.timeout(50) }))
    stop.abort()
    expect(await cancelled).toMatchObject({ code: 'aborted' })
    expect(await late).toMatchObject({ code: 'timeout' })
    osa.$close()
  })

  test('cancelling one call of a batch does not affect the others', async () => {
    await using node = await fakeOsaServer()
    const osa = createOsaClient({ server: node.url, auth: { type: 'none' } })
    const stop = new AbortController()
    node.slow(200)
    const cancelled = failureOf(osa.server.info.query(undefined, { signal: stop.signal }))
    const other = osa.server.info.query()
    setTimeout(() => stop.abort(), 50)
    expect(await cancelled).toMatchObject({ code: 'aborted' })
    expect(await other).toMatchObject({ name: 'Fake archive' })
    expect(node.calls.trpc).toBe(1)
  })

  test('a request that takes longer than timeoutMs is timeout', async () => {
    await using node = await fakeOsaServer()
    node.slow(30_000)
    const osa = createOsaClient({ server: node.url, auth: { type: 'none' }, timeoutMs: 60, retry: false })
    expect(await failureOf(osa.server.info.query())).toMatchObject({
      code: 'timeout',
      retryable: true,
      hint: expect.stringContaining('timeoutMs'),
    })
  })

  test('$close and the signal of the client end running calls and refuse new ones', async () => {
    await using node = await fakeOsaServer()
    node.slow(30_000)
    const stop = new AbortController()
    const clients = [{}, { signal: stop.signal }].map((options) =>
      createOsaClient({ server: node.url, auth: { type: 'none' }, ...options }),
    )
    const running = clients.map((osa) => failureOf(osa.server.info.query()))
    clients[0]?.$close()
    stop.abort()
    for (const ended of running) expect(await ended).toMatchObject({ code: 'aborted' })
    for (const osa of clients) expect(await failureOf(osa.server.info.query())).toMatchObject({ code: 'aborted' })
  })
})

describe('the client itself', () => {
  test('more calls than a node accepts at once are split into several requests, and dates arrive as dates', async () => {
    const at = new Date('2026-11-24T00:00:00Z')
    const client = { client_id: 'osa-cli', client_name: 'OSA', device_name: null, ip: null, scope: 'profile' }
    const terminal = { id: '1', ...client, created_at: at, last_used_at: at, expires_at: at, current: true }
    await using node = await fakeOsaServer({ procedures: { 'session.list': () => [terminal] } })
    const osa = createOsaClient({ server: node.url, auth: node.issue().access_token })
    const lists = await Promise.all(Array.from({ length: 25 }, () => osa.session.list.query()))
    expect(lists[24]?.[0]?.created_at).toEqual(at)
    expect(node.calls.trpc).toBe(3)
  })

  test('$server and $auth return what the next call would use', async () => {
    await using node = await fakeOsaServer()
    const saved = node.issue({ expired: true })
    const store = memoryStore({ [node.url]: saved })
    const osa = createOsaClient({ server: `${node.url}/`, auth: storedCredentials({ store }) })
    expect(await osa.$server()).toBe(node.url)
    const token = await osa.$auth()
    expect(token).not.toBe(saved.access_token)
    expect(node.accessTokens.has(token ?? '')).toBe(true)
  })

  test('the User-Agent names the SDK, Node and the program', async () => {
    await using node = await fakeOsaServer()
    await createOsaClient({ server: node.url, auth: { type: 'none' }, userAgent: 'tool/1' }).server.info.query()
    expect(node.seen('trpc')[0]?.headers['user-agent']).toMatch(/^osa-sdk\/\d+\.\d+\.\d+ node\/\d+\S* tool\/1$/)
  })

  test('a client is not a promise, so an async function can return one', async () => {
    const osa = await (async () => createOsaClient({ server: 'https://x.example', auth: { type: 'none' } }))()
    expect(typeof osa.$close).toBe('function')
  })
})
