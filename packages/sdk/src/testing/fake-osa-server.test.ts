import { expect, test } from 'vitest'
import { createOsaClient } from '../index.node.ts'
import { login } from '../login/login.ts'
import { FakeRefusal, fakeOsaServer, memoryStore } from './index.ts'

test.each([
  ['html', 'html_response'],
  ['down', 'connection_failed'],
] as const)('%s() without arguments affects every route from then on', async (turn, code) => {
  await using node = await fakeOsaServer()
  node[turn]()
  const osa = createOsaClient({ server: node.url, auth: { type: 'none' }, retry: false })
  for (let call = 0; call < 3; call++) await expect(osa.server.info.query()).rejects.toMatchObject({ code })
  const signIn = login({ server: node.url, store: memoryStore(), onVerification: () => undefined })
  await expect(signIn).rejects.toMatchObject({ code })
})

test('redirectTo(url) redirects every route', async () => {
  await using node = await fakeOsaServer()
  node.redirectTo('https://elsewhere.example')
  for (const path of ['/trpc/session.end', '/trpc/me', '/trpc/me,server.info', '/.well-known/osa']) {
    const { status, headers } = await fetch(node.url + path, { redirect: 'manual' })
    expect([status, headers.get('location')]).toEqual([307, 'https://elsewhere.example'])
  }
})

test('close() ends the node and its connections, and can be called twice', async () => {
  await using node = await fakeOsaServer()
  const kept = await fetch(`${node.url}/.well-known/osa`)
  expect(kept.ok).toBe(true)
  await node.close()
  const osa = createOsaClient({ server: node.url, auth: { type: 'none' }, retry: false })
  await expect(osa.server.info.query()).rejects.toMatchObject({ code: 'connection_refused' })
})

test('slow(ms) delays every answer', async () => {
  await using node = await fakeOsaServer()
  node.slow(120)
  const startedAt = performance.now()
  await fetch(node.url)
  expect(performance.now() - startedAt).toBeGreaterThan(110)
})

test('accessTtl is the lifetime of access tokens', async () => {
  await using node = await fakeOsaServer({ accessTtl: 60 })
  const { expires_at, refresh_token } = node.issue()
  expect(expires_at - Date.now() / 1000).toBeLessThanOrEqual(60)
  const osa = createOsaClient({ server: node.url, auth: { type: 'none' } })
  expect(await osa.session.refresh.mutate({ refresh_token })).toMatchObject({ expires_in: 60 })
})

test('clockSkew sets the Date headers ahead', async () => {
  await using node = await fakeOsaServer()
  node.clockSkew(3600)
  const { headers } = await fetch(`${node.url}/.well-known/osa`)
  expect(Date.parse(headers.get('date') ?? '') - Date.now()).toBeGreaterThan(3_500_000)
})

test('a repeated refresh gets the same answer only within the grace that reuseGrace sets', async () => {
  await using node = await fakeOsaServer()
  const osa = createOsaClient({ server: node.url, auth: { type: 'none' } })
  const refresh = async (refresh_token: string) => 'error' in (await osa.session.refresh.mutate({ refresh_token }))
  const first = node.issue().refresh_token
  expect([await refresh(first), await refresh(first)]).toEqual([false, false])
  node.reuseGrace(-1)
  const second = node.issue().refresh_token
  expect([await refresh(second), await refresh(second)]).toEqual([false, true])
  expect(node.calls.refresh).toBe(4)
})

test('calls of one batch can have different outcomes, and dates arrive as dates', async () => {
  const at = new Date('2026-11-24T00:00:00Z')
  const schema_id = { id: 'a', version: '1.0.0' }
  const convention = { slug: 'a', title: 'A', description: '', schema_id, hooks: [], version: 1, created_at: at }
  await using node = await fakeOsaServer({
    procedures: {
      'conventions.list': { isPublic: true, answer: () => [convention] },
      'conventions.get': () => {
        throw new FakeRefusal('NOT_FOUND', 404, 'There is no such convention.')
      },
    },
  })
  const osa = createOsaClient({ server: node.url, auth: node.issue().access_token })
  const [list, one] = await Promise.allSettled([osa.conventions.list.query(), osa.conventions.get.query({ slug: 'b' })])
  expect(list).toMatchObject({ status: 'fulfilled', value: [{ created_at: at }] })
  expect(one).toMatchObject({
    status: 'rejected',
    reason: { code: 'not_found', message: 'There is no such convention.' },
  })
  expect(node.calls.trpc).toBe(1)
})

test('an unexpected error of a scripted procedure is an internal error of the node, without its message', async () => {
  const me = () => {
    throw new Error('canary')
  }
  await using node = await fakeOsaServer({ procedures: { me } })
  const osa = createOsaClient({ server: node.url, auth: node.issue().access_token })
  const error = await osa.me.query().catch((failure: unknown) => failure)
  expect(error).toMatchObject({ code: 'server_error', status: 500 })
  expect(String(error)).not.toContain('canary')
})

test('a memory store allows one renewal at a time and returns copies', async () => {
  const store = memoryStore({ 'https://a.example': { access_token: 'a', refresh_token: 'r' } })
  const lock = await store.lockRefresh('https://a.example', { timeoutMs: 1_000 })
  let isTaken = false
  const waiting = store.lockRefresh('https://a.example', { timeoutMs: 1_000 }).then((second) => {
    isTaken = true
    return second.release()
  })
  await Promise.resolve()
  expect(isTaken).toBe(false)
  await lock.release()
  await waiting
  expect(isTaken).toBe(true)
  delete store.snapshot()['https://a.example']
  expect(await store.list()).toMatchObject([{ server: 'https://a.example' }])
})
