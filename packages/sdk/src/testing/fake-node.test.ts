import { expect, test } from 'vitest'
import { createOsaClient } from '../index.node.ts'
import { FakeRefusal, memoryStore, startFakeNode } from './index.ts'

test('its clock runs ahead as far as it is told, in what it says of the time', async () => {
  await using node = await startFakeNode()
  node.clockSkew(3600)
  const { headers } = await fetch(`${node.url}/.well-known/osa`)
  expect(Date.parse(headers.get('date') ?? '') - Date.now()).toBeGreaterThan(3_500_000)
})

test('a repeated refresh gets the same answer only within the grace it is told', async () => {
  await using node = await startFakeNode()
  const refresh = async (refresh_token: string) =>
    (await fetch(`${node.url}/api/v1/auth/refresh`, { method: 'POST', body: JSON.stringify({ refresh_token }) })).status
  const first = node.issue().refresh_token
  expect([await refresh(first), await refresh(first)]).toEqual([200, 200])
  node.reuseGrace(-1)
  const second = node.issue().refresh_token
  expect([await refresh(second), await refresh(second)]).toEqual([200, 401])
  expect(node.calls.refresh).toBe(4)
})

test('calls of one batch come to different ends, with dates in and out as dates', async () => {
  const at = new Date('2026-11-24T00:00:00Z')
  await using node = await startFakeNode({
    procedures: {
      'conventions.list': { isPublic: true, answer: () => [{ slug: 'a', created_at: at }] },
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

test('a defect of a scripted procedure is a defect of the node, without its message', async () => {
  const me = () => {
    throw new Error('canary')
  }
  await using node = await startFakeNode({ procedures: { me } })
  const osa = createOsaClient({ server: node.url, auth: node.issue().access_token })
  const error = await osa.me.query().catch((failure: unknown) => failure)
  expect(error).toMatchObject({ code: 'server_error', status: 500 })
  expect(String(error)).not.toContain('canary')
})

test('a store in memory lets one at a time renew, and hands out copies', async () => {
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
