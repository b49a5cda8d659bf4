/** H06, RFC 7662 §4: introspection has its own budgets, which no other operation shares. */
import { defaultBudgets } from '@osa/core'
import { manualClock, memoryLimiter } from '@osa/core/testing'
import { expect, test } from 'vitest'
import { basic, pollToken, postForm, refreshToken } from '../testing/oauth-calls.ts'
import { resourceServerSecret, startTestNode } from '../testing/test-node.ts'

const credentials = basic('resource-server', resourceServerSecret)

async function limitedNode(budgets: Partial<typeof defaultBudgets>) {
  const clock = manualClock(new Date())
  const limiter = memoryLimiter({ ...defaultBudgets, ...budgets }, clock.now)
  const node = await startTestNode({ auth: { limiter, now: clock.now } })
  const { access_token, refresh_token } = await node.logIn()
  const introspect = (peer = '192.0.2.7') =>
    node.request(
      '/oauth/introspect',
      {
        method: 'POST',
        headers: { ...credentials, 'Content-Type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ token: access_token }).toString(),
      },
      peer,
    )
  return { ...node, clock, node, introspect, refresh_token }
}

test('H06 a resource server that introspects too often from one address gets 429 with Retry-After, as JSON, until the window ends', async () => {
  const { introspect, clock } = await limitedNode({ introspect_by_source: { points: 3, windowSeconds: 60 } })
  for (let n = 0; n < 3; n++) expect((await introspect()).status).toBe(200)
  const refused = await introspect()
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '60'])
  expect(await refused.json()).toMatchObject({ error: 'temporarily_unavailable' })
  expect((await introspect('198.51.100.1')).status, 'another address').toBe(200)
  clock.advance({ seconds: 60 })
  expect((await introspect()).status).toBe(200)
})

test('H06 a client that introspects too often gets 429, however many addresses it uses', async () => {
  const { introspect } = await limitedNode({ introspect_by_client: { points: 3, windowSeconds: 60 } })
  for (let n = 0; n < 3; n++) expect((await introspect(`198.51.100.${n}`)).status).toBe(200)
  expect((await introspect('198.51.100.9')).status).toBe(429)
})

test('H06 J03 an exhausted introspection budget does not affect starts, polls and refreshes from the same address', async () => {
  const { node, introspect, refresh_token } = await limitedNode({
    introspect_by_source: { points: 1, windowSeconds: 60 },
    introspect_by_client: { points: 1, windowSeconds: 60 },
  })
  for (let n = 0; n < 20; n++) await introspect()
  const started = await postForm(node, '/oauth/device_authorization', { client_id: 'osa-cli' })
  expect(started.status).toBe(200)
  const { device_code } = await started.json()
  expect(await (await pollToken(node, device_code)).json()).toMatchObject({ error: 'authorization_pending' })
  expect((await refreshToken(node, refresh_token)).status).toBe(200)
})

test('H06 a request that fails to authenticate does not use up any client’s budget', async () => {
  const { node, introspect } = await limitedNode({ introspect_by_client: { points: 1, windowSeconds: 60 } })
  for (let n = 0; n < 5; n++) {
    const answer = await postForm(node, '/oauth/introspect', { token: 'x' }, basic('resource-server', 'wrong'))
    expect(answer.status).toBe(401)
  }
  expect((await introspect()).status).toBe(200)
})
