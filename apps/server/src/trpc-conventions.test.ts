/** Deploys over HTTP: what a client can read of a refusal, and how much it may send. */
import { sampleManifest } from '@osa/contract/testing'
import { isRefusal } from '@osa/core'
import superjson from 'superjson'
import { expect, test } from 'vitest'
import { startCpuTime } from './testing/cpu-time.ts'
import { startTestNode, type TestNode } from './testing/test-node.ts'

const nodeWith = async ({ role = 'publisher', scope }: { role?: 'user' | 'publisher'; scope?: string } = {}) => {
  const node = await startTestNode({ auth: { roleGrants: () => role } })
  const tokens = await node.logIn()
  const narrowed = scope === undefined ? tokens : await node.refresh(tokens.refresh_token, { scope })
  if (isRefusal(narrowed)) throw new Error(narrowed.error_description)
  return Object.assign(node, { token: narrowed.access_token })
}
const deploy = async (node: TestNode, token: string | null, input: unknown, path = '/trpc/conventions.deploy') => {
  const answer = await node.request(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...(token === null ? {} : { Authorization: `Bearer ${token}` }) },
    body: typeof input === 'string' ? input : JSON.stringify(superjson.serialize(input)),
  })
  const body = await answer.json()
  return { answer, status: answer.status, data: body.error?.json?.data, result: body.result?.data?.json, body }
}
const sized = (title: string, kilobytes: number) => {
  const manifest = sampleManifest({ title })
  const config = { x: 'x'.repeat(kilobytes * 1024) }
  return { ...manifest, hooks: manifest.hooks.map((hook) => ({ ...hook, config })) }
}

test('F14 a refusal reaches the client as data of the error: the scope, or the role', async () => {
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

test('J04 a deploy may have four megabytes, from those who are signed in', async () => {
  const node = await nodeWith()
  const conventions = ['Maps', 'Cells', 'Fishes'].map((title) => sized(title, 1_000))
  const { status, result } = await deploy(node, node.token, { conventions })
  expect([status, result.conventions.length]).toEqual([200, 3])
  expect((await deploy(node, node.token, 'x'.repeat(4_200_000))).status).toBe(413)
  expect((await deploy(node, node.token, 'x'.repeat(70_000), '/trpc/device.start')).status).toBe(413)
})

test('F13 others are 401 however much they send, and in a batch too', async () => {
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

test('J12 parts that are shared a billion times over, and cycles, are gaps: superjson can carry both', async () => {
  const node = await nodeWith()
  const at = 'conventions.0.hooks.0.config'
  const levels = Array.from({ length: 26 }, (_, level) => level)
  const doubled = Object.fromEntries(
    levels.slice(1).map((n) => [`${at}.a${n - 1}`, [`${at}.a${n}.0`, `${at}.a${n}.1`]]),
  )
  const attempts = [
    { config: Object.fromEntries(levels.map((level) => [`a${level}`, [0, 0]])), equalities: doubled },
    { config: { self: 0 }, equalities: { [at]: [`${at}.self`] } },
  ]
  for (const { config, equalities } of attempts) {
    const spentMs = startCpuTime()
    const manifest = sampleManifest()
    const hooks = manifest.hooks.map((hook) => ({ ...hook, config }))
    const meta = { referentialEqualities: equalities }
    const { status, result } = await deploy(
      node,
      node.token,
      JSON.stringify({ json: { conventions: [{ ...manifest, hooks }] }, meta }),
    )
    expect([status, result?.error]).toEqual([200, 'invalid_convention'])
    expect(result.gaps[0].message).toMatch(/too many values|levels deep/)
    expect(spentMs()).toBeLessThan(5_000)
  }
})
