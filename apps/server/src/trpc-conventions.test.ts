/** Deploys over HTTP: how refusals reach the client, and how much it may send. */
import { sampleManifest } from '@osa/contract/testing'
import { isRefusal } from '@osa/core'
import superjson from 'superjson'
import { expect, test } from 'vitest'
import { startCpuTime } from './testing/cpu-time.ts'
import { startTestNode, type TestNode } from './testing/test-node.ts'

async function nodeWith({ role = 'publisher', scope }: { role?: 'user' | 'publisher'; scope?: string } = {}) {
  const node = await startTestNode({ auth: { roleGrants: () => role } })
  const tokens = await node.logIn()
  const narrowed = scope === undefined ? tokens : await node.refresh(tokens.refresh_token, { scope })
  if (isRefusal(narrowed)) throw new Error(narrowed.error_description)
  return Object.assign(node, { token: narrowed.access_token })
}
async function deploy(node: TestNode, token: string | null, input: unknown, path = '/trpc/conventions.deploy') {
  const answer = await node.request(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...(token === null ? {} : { Authorization: `Bearer ${token}` }) },
    body: typeof input === 'string' ? input : JSON.stringify(superjson.serialize(input)),
  })
  const body = await answer.json()
  return { answer, status: answer.status, data: body.error?.json?.data, result: body.result?.data?.json, body }
}
function sized(title: string, kilobytes: number) {
  const manifest = sampleManifest({ title })
  const config = { x: 'x'.repeat(kilobytes * 1024) }
  return { ...manifest, hooks: manifest.hooks.map((hook) => ({ ...hook, config })) }
}

test('F14 a refusal reaches the client as error data, with the missing scope or role', async () => {
  const narrow = await nodeWith({ scope: 'profile' })
  const byScope = await deploy(narrow, narrow.token, { conventions: [sampleManifest()] })
  expect([byScope.status, byScope.data.refusal]).toMatchObject([
    403,
    { error: 'insufficient_scope', scope: 'conventions:write' },
  ])
  const plain = await nodeWith({ role: 'user' })
  const byRole = await deploy(plain, plain.token, { conventions: [sampleManifest()] })
  expect([byRole.status, byRole.data.refusal]).toMatchObject([
    403,
    { error: 'forbidden', role: 'user', needed_roles: ['publisher', 'admin'] },
  ])
  expect(JSON.stringify([byScope.body, byRole.body])).not.toMatch(/stack|node_modules/)
})

test('J04 signed-in publishers may send a deploy of up to four megabytes', async () => {
  const node = await nodeWith()
  const conventions = ['Maps', 'Cells', 'Fishes'].map((title) => sized(title, 1_000))
  const { status, result } = await deploy(node, node.token, { conventions })
  expect([status, result.conventions.length]).toEqual([200, 3])
  expect((await deploy(node, node.token, 'x'.repeat(4_200_000))).status).toBe(413)
  expect((await deploy(node, node.token, 'x'.repeat(70_000), '/trpc/device.start')).status).toBe(413)
})

test('F13 without a valid token a deploy of any size is 401, in a batch too', async () => {
  const node = await nodeWith()
  const large = { conventions: [sized('Maps', 900)] }
  for (const token of [null, 'x.y.z']) {
    const { status, data, answer } = await deploy(node, token, large)
    expect([status, data.code]).toEqual([401, 'UNAUTHORIZED'])
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/)
    const batch = await deploy(node, token, 'x'.repeat(200_000), '/trpc/device.start,conventions%2Edeploy?batch=1')
    expect(batch.status).toBeLessThan(500)
    expect(JSON.stringify(batch.body)).toContain('UNAUTHORIZED')
  }
  node.clock.advance({ seconds: 1_000 })
  expect((await deploy(node, node.token, large)).status).toBe(401)
})

test('J12 annotations of inputs cost no more than reading them: sets and references are not followed', async () => {
  const node = await startTestNode()
  const list = Array.from({ length: 6_000 }, (_, index) => index)
  const referentialEqualities = { 'list.5999': Array.from({ length: 2_800 }, () => 'list.5999') }
  const body = JSON.stringify({ json: { list }, meta: { values: { list: ['set'] }, referentialEqualities } })
  expect(body.length).toBeGreaterThan(55_000)
  const spentMs = startCpuTime()
  for (let times = 0; times < 12; times++) {
    const headers = { 'Content-Type': 'application/json' }
    const answer = await node.request('/trpc/device.start', { method: 'POST', headers, body })
    const { error } = await answer.json()
    expect([answer.status, error.json.message]).toEqual([400, expect.stringContaining('plain JSON')])
  }
  expect(spentMs()).toBeLessThan(1_000)
})

test('J12 shared parts and cycles arrive as the plain JSON that was sent', async () => {
  const node = await nodeWith()
  const shared = { threshold: 3 }
  const manifest = sampleManifest()
  const hooks = manifest.hooks.map((hook) => ({ ...hook, config: { a: shared, b: shared } }))
  const { status, result } = await deploy(node, node.token, { conventions: [{ ...manifest, hooks }] })
  expect([status, result?.conventions?.length]).toEqual([200, 1])
  const at = 'conventions.0.hooks.0.config'
  const cycle = {
    json: { conventions: [{ ...manifest, hooks }] },
    meta: { referentialEqualities: { [at]: [`${at}.a`] } },
  }
  expect((await deploy(node, node.token, JSON.stringify(cycle))).status).toBe(200)
})

test('J04 F16 without the role at most 64 KiB are read, and the answer is the refusal', async () => {
  const node = await nodeWith({ role: 'user' })
  let sent = 0
  const megabytes = new ReadableStream<Uint8Array>({
    pull(controller) {
      sent += 64 * 1024
      controller.enqueue(new Uint8Array(64 * 1024).fill(0x61))
      if (sent > 3 * 1024 * 1024) controller.close()
    },
  })
  for (const path of ['/trpc/conventions.deploy', '/api/v1/conventions']) {
    sent = 0
    const answer = await node.request(path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${node.token}` },
      body: path.startsWith('/trpc') ? megabytes : 'x'.repeat(1_000_000),
      ...({ duplex: 'half' } as object),
    })
    expect(answer.status).toBe(403)
    expect(await answer.text()).toContain('needs the role')
    expect(sent).toBeLessThanOrEqual(4 * 64 * 1024)
  }
  const batch = await deploy(node, node.token, 'x'.repeat(200_000), '/trpc/device.start,conventions.deploy?batch=1')
  expect(JSON.stringify(batch.body)).toContain('FORBIDDEN')
})
