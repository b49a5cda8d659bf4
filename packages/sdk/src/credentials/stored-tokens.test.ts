import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type Network, openNetwork } from '../client/network.ts'
import { systemClock } from '../clock.ts'
import { OsaError } from '../errors.ts'
import {
  createMemoryKeychain,
  type FakeOsaServerOptions,
  fakeOsaServer,
  makeTemporaryDir,
  resultAnswer,
} from '../testing/index.ts'
import { type CredentialStore, openCredentialStore } from './credential-store.ts'
import { createStoredTokens } from './stored-tokens.ts'

/** Starts a node and creates a folder with a saved login for it. */
async function setUp(login: { expired?: boolean; expiresInSeconds?: number }, options: FakeOsaServerOptions = {}) {
  const node = await fakeOsaServer(options)
  const temporary = await makeTemporaryDir()
  const dir = join(temporary.path, 'osa')
  const path = join(dir, 'credentials.json')
  const issued = node.issue(login)
  await mkdir(dir, { mode: 0o700 })
  await writeFile(path, JSON.stringify({ [node.url]: issued }), { mode: 0o600 })
  const store = openCredentialStore({ dir, clock: systemClock })
  const newSession = () => createStoredTokens({ store, network: openNetwork(), clock: systemClock })
  return {
    node,
    dir,
    path,
    store,
    issued,
    newSession,
    session: newSession(),
    [Symbol.asyncDispose]: async () => {
      await node[Symbol.asyncDispose]()
      await temporary[Symbol.asyncDispose]()
    },
  }
}

test('K33 a token that is valid long enough is used without a request', async () => {
  await using home = await setUp({ expiresInSeconds: 120 })
  expect(await home.session.getFreshToken(home.node.url)).toBe(home.issued.access_token)
  expect(home.node.requests).toEqual([])
})

test('K33 a token about to expire is renewed once, and the new tokens are saved', async () => {
  await using home = await setUp({ expiresInSeconds: 30 })
  const token = await home.session.getFreshToken(home.node.url)
  expect(await home.session.getFreshToken(home.node.url)).toBe(token)
  expect(home.node.seen('refresh')).toHaveLength(1)
  const saved = await home.store.read(home.node.url)
  expect(saved).toMatchObject({
    accessToken: token,
    refreshToken: home.node.families[0]?.refreshToken,
    user: home.issued.user,
  })
})

test("K37 the new lifetime counts from the arrival of the token, by this computer's clock", async () => {
  await using home = await setUp({ expired: true }, { accessTtl: 600 })
  const before = Math.floor(Date.now() / 1000)
  await home.session.getFreshToken(home.node.url)
  const saved = await home.store.read(home.node.url)
  expect((saved?.expiresAt ?? 0) - (saved?.obtainedAt ?? 0)).toBe(600)
  expect(saved?.obtainedAt).toBeGreaterThanOrEqual(before)
  expect(saved?.obtainedAt).toBeLessThanOrEqual(Date.now() / 1000)
})

test('K32 concurrent calls, in one process and in several, share one refresh', async () => {
  await using home = await setUp({ expired: true })
  const sessions = [home.session, home.session, home.newSession(), home.newSession(), home.newSession()]
  const tokens = await Promise.all(sessions.map((session) => session.getFreshToken(home.node.url)))
  expect(new Set(tokens).size).toBe(1)
  expect(home.node.seen('refresh')).toHaveLength(1)
})

test('K33 a rejected token is replaced once, even if it looks valid', async () => {
  await using home = await setUp({ expiresInSeconds: 3600 })
  const token = await home.session.getFreshToken(home.node.url, { rejected: home.issued.access_token })
  expect(token).not.toBe(home.issued.access_token)
  expect(home.node.seen('refresh')).toHaveLength(1)
})

test('K34 a final refusal is session_ended and leaves the file unchanged', async () => {
  await using home = await setUp({ expired: true })
  home.node.revokeFamily()
  const before = await readFile(home.path, 'utf8')
  await expect(home.session.getFreshToken(home.node.url)).rejects.toMatchObject({
    code: 'session_ended',
    message: `Your session on ${home.node.url} has ended (it was signed out or used elsewhere)`,
    hint: `Run osa login ${home.node.url}`,
  })
  expect(await readFile(home.path, 'utf8')).toBe(before)
})

type Answered = [status: number, type: string, body: string, code: string]
const answers: Answered[] = [
  [500, 'application/json', '{}', 'server_error'],
  [502, 'text/html', '<h1>Bad gateway</h1>', 'server_error'],
  [429, 'application/json', '{}', 'rate_limited'],
  [200, 'text/html', '<title>Sign in</title>', 'html_response'],
  [200, 'application/json', '{"access_token":"x"}', 'not_an_osa_server'],
  [200, 'application/json', '{"access_token":', 'not_an_osa_server'],
  [200, 'application/json', 'null', 'not_an_osa_server'],
  [200, 'application/json', '{"error":"invalid_grant"}', 'not_an_osa_server'],
  [401, 'text/html', '<title>Proxy</title>', 'html_response'],
  [401, 'application/json', '{"detail":"no code"}', 'not_an_osa_server'],
  [307, 'text/plain', '', 'not_an_osa_server'],
  ...[
    '{"access_token":"x"}',
    'null',
    '[]',
    '{"access_token":"a","refresh_token":"r","token_type":"Bearer","expires_in":"soon"}',
    '{"access_token":"a\\r\\nX: y","refresh_token":"r","token_type":"Bearer","expires_in":900}',
    '{"error":"\\u001b[2J"}',
  ].map((json): Answered => [200, 'application/json', `[{"result":{"data":{"json":${json}}}}]`, 'not_an_osa_server']),
]

test.each(answers)(
  'K07 K34 a refresh answered with %i %s %s is %s, and keeps the login',
  async (status, type, body, code) => {
    await using home = await setUp({ expired: true })
    home.node.dictate('refresh', [{ status, headers: { 'content-type': type }, body }], { always: true })
    const before = await readFile(home.path, 'utf8')
    await expect(home.session.getFreshToken(home.node.url)).rejects.toMatchObject({ code })
    expect(await readFile(home.path, 'utf8')).toBe(before)
  },
)

test.each([200, 502])('K34 a web page with status %i instead of a refresh is retryable', async (status) => {
  await using home = await setUp({ expired: true })
  home.node.html('refresh', status)
  await expect(home.session.getFreshToken(home.node.url)).rejects.toMatchObject({ retryable: true })
})

test.each([
  [1e308, 366 * 86_400],
  [1e-9, 0],
  [900.7, 900],
])('K07 a lifetime of %s s is saved as %i s', async (expires_in, seconds) => {
  await using home = await setUp({ expired: true })
  const tokens = { access_token: 'a', refresh_token: 'r', token_type: 'Bearer', expires_in, scope: '' }
  home.node.dictate('refresh', [resultAnswer(tokens)])
  await home.session.getFreshToken(home.node.url)
  const saved = await home.store.read(home.node.url)
  expect((saved?.expiresAt ?? 0) - (saved?.obtainedAt ?? 0)).toBe(seconds)
})

test('K34 during an outage, the old token is used until it expires', async () => {
  await using home = await setUp({ expiresInSeconds: 40 })
  home.node.html('refresh', 502)
  expect(await home.session.getFreshToken(home.node.url)).toBe(home.issued.access_token)
})

test('K35 after a lost answer, the refresh is repeated if the server promises to repeat its answer', async () => {
  await using home = await setUp({ expired: true }, { refreshReuseGraceSeconds: 30 })
  home.node.loseRefreshResponse()
  const token = await home.session.getFreshToken(home.node.url)
  expect((await home.store.read(home.node.url))?.accessToken).toBe(token)
  expect(home.node.families[0]?.revoked).toBe(false)
})

test('K35 G03 a repeat has the same attempt, so that a node recognizes it from any network; the next refresh has another', async () => {
  await using home = await setUp({ expired: true })
  home.node.loseRefreshResponse()
  await home.session.getFreshToken(home.node.url)
  const [first, repeat] = home.node.attempts
  expect(first).toMatch(/^[0-9a-f]{64}$/)
  expect(repeat).toBe(first)
  await using other = await setUp({ expired: true })
  await other.session.getFreshToken(other.node.url)
  expect(other.node.attempts).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/)])
  expect(other.node.attempts).not.toContain(first)
})

test('K35 without that promise, the token is not sent twice, and the login is kept', async () => {
  await using home = await setUp({ expired: true }, { refreshReuseGraceSeconds: 0 })
  home.node.loseRefreshResponse()
  await expect(home.session.getFreshToken(home.node.url)).rejects.toMatchObject({ code: 'connection_failed' })
  expect(home.node.seen('refresh')).toHaveLength(1)
  expect((await home.store.read(home.node.url))?.refreshToken).toBe(home.issued.refresh_token)
})

test('K30 a promise in a document that names another issuer does not count', async () => {
  await using home = await setUp({ expired: true })
  const document = { name: 'x', version: '1', issuer: 'https://other.example', refresh_reuse_grace_seconds: 30 }
  home.node.dictate('info', [resultAnswer({ ...document, api: 'https://x.example', trpc: 'https://x.example' })], {
    always: true,
  })
  home.node.loseRefreshResponse()
  await expect(home.session.getFreshToken(home.node.url)).rejects.toMatchObject({ code: 'connection_failed' })
  expect(home.node.seen('refresh')).toHaveLength(1)
})

test('K32 if a tool without our lock refreshes first, its login is used', async () => {
  await using home = await setUp({ expired: true })
  const winner = home.node.issue()
  const slowFetch: typeof fetch = async (...request) => {
    await writeFile(home.path, JSON.stringify({ [home.node.url]: winner }), { mode: 0o600 })
    home.node.revokeFamily()
    return await fetch(...request)
  }
  const network = openNetwork({ fetch: slowFetch })
  const session = createStoredTokens({ store: home.store, network, clock: systemClock })
  expect(await session.getFreshToken(home.node.url)).toBe(winner.access_token)
})

/** Returns a network that runs `change` after the answer to a refresh has arrived and before it is saved. */
const meanwhile = (change: () => Promise<void>): Network =>
  openNetwork({
    fetch: async (...request) => {
      const answer = await fetch(...request)
      await change()
      return answer
    },
  })

test('K32 a newer login that was saved during a refresh is used and not overwritten', async () => {
  await using home = await setUp({ expired: true })
  const winner = { [home.node.url]: home.node.issue() }
  const network = meanwhile(() => writeFile(home.path, JSON.stringify(winner)))
  const session = createStoredTokens({ store: home.store, network, clock: systemClock })
  expect(await session.getFreshToken(home.node.url)).toBe(winner[home.node.url]?.access_token)
  expect(JSON.parse(await readFile(home.path, 'utf8'))).toEqual(winner)
})

test('K32 K36 a login that was removed during a refresh is not restored', async () => {
  await using home = await setUp({ expired: true })
  const network = meanwhile(() => writeFile(home.path, '{}'))
  const session = createStoredTokens({ store: home.store, network, clock: systemClock })
  await expect(session.getFreshToken(home.node.url)).rejects.toMatchObject({ code: 'not_authenticated' })
  expect(await readFile(home.path, 'utf8')).toBe('{}')
  expect(await readdir(home.dir)).toEqual(['credentials.json', 'locks'])
})

test('K32 nothing is sent if the refresh token turns out to be replaced just before sending it', async () => {
  await using home = await setUp({ expired: true })
  const winner = home.node.issue()
  const store = {
    ...home.store,
    async reserve(server: string) {
      const place = await home.store.reserve(server)
      await writeFile(home.path, JSON.stringify({ [home.node.url]: winner }))
      return place
    },
  }
  const session = createStoredTokens({ store, network: openNetwork(), clock: systemClock })
  expect(await session.getFreshToken(home.node.url)).toBe(winner.access_token)
  expect(home.node.requests).toEqual([])
})

test('K32 processes that wait for a refresh all continue as soon as the new login is saved', async () => {
  await using home = await setUp({ expired: true })
  const lock = await home.store.lockRefresh(home.node.url, { timeoutMs: 1000 })
  const waiting = Promise.all([1, 2, 3].map(() => home.newSession().getFreshToken(home.node.url)))
  const renewed = home.node.issue()
  await writeFile(home.path, JSON.stringify({ [home.node.url]: renewed, 'https://other.example': {} }))
  expect(await waiting).toEqual([1, 2, 3].map(() => renewed.access_token))
  await lock.release()
  expect(home.node.requests).toEqual([])
})

test('K32 a login that is renewed just before the wait for the lock is noticed', async () => {
  await using home = await setUp({ expired: true })
  const lock = await home.store.lockRefresh(home.node.url, { timeoutMs: 1000 })
  const renewed = home.node.issue()
  const store: CredentialStore = {
    ...home.store,
    async lockRefreshUnlessChanged(...wait) {
      await writeFile(home.path, JSON.stringify({ [home.node.url]: renewed }))
      return await home.store.lockRefreshUnlessChanged(...wait)
    },
  }
  const session = createStoredTokens({ store, network: openNetwork(), clock: systemClock })
  expect(await session.getFreshToken(home.node.url)).toBe(renewed.access_token)
  await lock.release()
  expect(home.node.requests).toEqual([])
})

test('K34 if another process holds the lock for too long, the old token is used until it expires', async () => {
  const stuck = { lockRefreshUnlessChanged: () => Promise.reject(new OsaError('lock_timeout', 'held')) }
  const tokenWhileStuck = (home: Awaited<ReturnType<typeof setUp>>) =>
    createStoredTokens({
      store: { ...home.store, ...stuck },
      network: openNetwork(),
      clock: systemClock,
    }).getFreshToken(home.node.url)
  await using lasting = await setUp({ expiresInSeconds: 40 })
  expect(await tokenWhileStuck(lasting)).toBe(lasting.issued.access_token)
  await using ended = await setUp({ expired: true })
  await expect(tokenWhileStuck(ended)).rejects.toMatchObject({ code: 'lock_timeout' })
})

test('cancelling a shared renewal cancels it only for that caller', async () => {
  await using home = await setUp({ expired: true })
  const lock = await home.store.lockRefresh(home.node.url, { timeoutMs: 1000 })
  const cancelling = new AbortController()
  const first = home.session.getFreshToken(home.node.url, { signal: cancelling.signal })
  const second = home.session.getFreshToken(home.node.url)
  cancelling.abort()
  await expect(first).rejects.toMatchObject({ code: 'aborted' })
  await lock.release()
  expect(home.node.accessTokens.has(await second)).toBe(true)
})

test('K22 K35 if nothing can be saved, nothing is rotated', async () => {
  await using home = await setUp({ expired: true })
  const broken = { ...home.store, reserve: () => Promise.reject(Object.assign(new Error('full'), { code: 'ENOSPC' })) }
  const session = createStoredTokens({ store: broken, network: openNetwork(), clock: systemClock })
  await expect(session.getFreshToken(home.node.url)).rejects.toThrow('full')
  expect(home.node.requests).toEqual([])
})

test('K15 no login is not_authenticated, a login that cannot be renewed is session_ended, and nothing is sent', async () => {
  await using home = await setUp({ expired: true })
  await expect(home.session.getFreshToken('https://other.example')).rejects.toMatchObject({ code: 'not_authenticated' })
  await writeFile(home.path, JSON.stringify({ [home.node.url]: { ...home.issued, refresh_token: 'dev-no-refresh' } }))
  await expect(home.session.getFreshToken(home.node.url)).rejects.toMatchObject({ code: 'session_ended' })
  expect(home.node.requests).toEqual([])
})

/** Like `setUp`, with the login in a keychain. */
async function inKeychain(login: { expired?: boolean; expiresInSeconds?: number }) {
  const home = await setUp(login)
  const keychain = createMemoryKeychain()
  const store = openCredentialStore({ dir: home.dir, clock: systemClock, keychain })
  const credential = await store.read(home.node.url)
  if (!credential) throw new Error('no login')
  await (await store.reserve(home.node.url, { kind: 'keychain', binding: 'keyring' })).commit(credential)
  keychain.calls.length = 0
  const open = () => openCredentialStore({ dir: home.dir, clock: systemClock, keychain })
  const newSession = () => createStoredTokens({ store: open(), network: openNetwork(), clock: systemClock })
  return { ...home, keychain, open, newSession }
}

test('K23 K33 a login in the keychain is renewed there: one read, a probe, the write, and a read to check it', async () => {
  await using home = await inKeychain({ expired: true })
  const token = await home.newSession().getFreshToken(home.node.url)
  expect(home.keychain.calls).toEqual(['get', 'probe', 'set', 'get'])
  expect(await home.open().read(home.node.url)).toMatchObject({
    ...{ accessToken: token, refreshToken: home.node.families[0]?.refreshToken, user: home.issued.user },
  })
  expect(await readFile(home.path, 'utf8')).not.toMatch(/(at|rt)_/)
})

test('K32 several processes with a login in the keychain share one refresh', async () => {
  await using home = await inKeychain({ expired: true })
  const tokens = await Promise.all([1, 2, 3].map(() => home.newSession().getFreshToken(home.node.url)))
  expect(new Set(tokens).size).toBe(1)
  expect(home.node.seen('refresh')).toHaveLength(1)
})

test('K23 K32 if the entry changes during a refresh, the item in the keychain is not overwritten', async () => {
  await using home = await inKeychain({ expired: true })
  const pointer = (JSON.parse(await readFile(home.path, 'utf8')) as Record<string, object>)[home.node.url]
  const network = meanwhile(() =>
    writeFile(home.path, JSON.stringify({ [home.node.url]: { ...pointer, expires_at: 1 } }), { mode: 0o600 }),
  )
  const session = createStoredTokens({ store: home.open(), network, clock: systemClock })
  expect(home.node.accessTokens.has(await session.getFreshToken(home.node.url))).toBe(true)
  expect(home.keychain.calls).not.toContain('set')
})

test('K23 if a keychain is readable but not writable, nothing is sent, and the old token is used until it expires', async () => {
  await using home = await inKeychain({ expiresInSeconds: 30 })
  home.keychain.fail('probe', { kind: 'locked', reason: 'it is locked' })
  expect(await home.newSession().getFreshToken(home.node.url)).toBe(home.issued.access_token)
  await using ended = await inKeychain({ expired: true })
  ended.keychain.fail('probe', { kind: 'locked', reason: 'it is locked' })
  await expect(ended.newSession().getFreshToken(ended.node.url)).rejects.toMatchObject({ code: 'store_locked' })
  expect([home.node.requests, ended.node.requests]).toEqual([[], []])
})

test('K23 K35 a failed write after a refresh is an error and leaves no plaintext copy; a repeat within the grace recovers', async () => {
  await using home = await inKeychain({ expired: true })
  home.keychain.fail('set', { kind: 'locked', reason: 'it is locked' })
  await expect(home.newSession().getFreshToken(home.node.url)).rejects.toMatchObject({ code: 'store_locked' })
  expect(await readFile(home.path, 'utf8')).not.toMatch(/(at|rt)_/)
  home.keychain.fail('set', null)
  const token = await home.newSession().getFreshToken(home.node.url)
  expect(home.node.accessTokens.has(token)).toBe(true)
  expect(home.node.families[0]?.revoked).toBe(false)
})
