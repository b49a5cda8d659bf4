/** Conventions on the v1 wire, as used by the original `osa deploy` and by scripts. */
import { sampleManifest } from '@osa/contract/testing'
import { isRefusal } from '@osa/core'
import { describe, expect, test } from 'vitest'
import { startCpuTime } from '../testing/cpu-time.ts'
import { startTestNode, type TestNode } from '../testing/test-node.ts'

const path = '/api/v1/conventions'

/** Starts a node where everyone has this role, and signs one person in. */
async function nodeWith({ role = 'publisher', scope }: { role?: 'user' | 'publisher'; scope?: string } = {}) {
  const node = await startTestNode({ auth: { roleGrants: () => role } })
  const tokens = await node.logIn('carberry', node.client('osa-py'))
  const narrowed =
    scope === undefined ? tokens : await node.refresh(tokens.refresh_token, { scope, client: node.client('osa-py') })
  if (isRefusal(narrowed)) throw new Error(narrowed.error_description)
  return Object.assign(node, { token: narrowed.access_token })
}
const post = (node: TestNode, body: unknown, headers: Record<string, string> = {}) =>
  node.request(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
const deploy = (node: TestNode & { token: string }, body: unknown) =>
  post(node, body, { Authorization: `Bearer ${node.token}` })
const list = async (node: TestNode) => (await node.request(path)).json()

describe('POST /api/v1/conventions', () => {
  test('a deploy gets 201 with exactly the document of the original node, and so does the same content again', async () => {
    const node = await nodeWith()
    const answers = [await deploy(node, sampleManifest()), await deploy(node, sampleManifest())]
    expect(answers.map(({ status }) => status)).toEqual([201, 201])
    const [first, second] = await Promise.all(answers.map((answer) => answer.json()))
    expect(first).toEqual({
      slug: 'protein-structures',
      title: 'Protein structures',
      description: sampleManifest().description,
      schema_id: { id: 'protein-structure', version: '1.2.0' },
      hooks: ['find_pockets'],
      created_at: node.clock.now().toISOString(),
    })
    expect(second).toEqual(first)
    expect(answers[0]?.headers.get('cache-control')).toBe('no-store')
  })

  test('a manifest in the form that osa-py sends, without nulls, is accepted', async () => {
    const node = await nodeWith()
    const { ingester: _ingester, ...manifest } = sampleManifest({ hooks: [] })
    expect((await deploy(node, manifest)).status).toBe(201)
    // a field named like a Python attribute, with pydantic's examples
    const field = { name: 'pH', type: 'number', required: false, cardinality: 'exactly_one', examples: ['7.4'] }
    const fields = [{ ...field, constraints: { type: 'number', integer_only: false } }]
    const again = await deploy(node, { ...manifest, schema: { ...manifest.schema, fields } })
    expect(again.status).toBe(201)
  })

  test('F13 without a valid token a deploy gets 401 as on /me, whatever the body', async () => {
    const node = await nodeWith()
    for (const body of [JSON.stringify(sampleManifest()), '{}', '{', 'x'.repeat(5_000_000)]) {
      const answer = await post(node, body)
      expect([answer.status, (await answer.json()).detail.code]).toEqual([401, 'missing_token'])
      expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="OSA"')
      const forged = await post(node, body, { Authorization: 'Bearer x.y.z' })
      expect([forged.status, (await forged.json()).detail.code]).toEqual([401, 'invalid_token'])
    }
    node.clock.advance({ seconds: 1_000 })
    expect((await (await deploy(node, sampleManifest())).json()).detail.code).toBe('token_expired')
    expect(await list(node)).toEqual([])
  })

  test('F14 RFC 6750 §3.1: a token without the scope gets 403 with a challenge that names the scope, even if the body is invalid', async () => {
    const node = await nodeWith({ scope: 'profile' })
    for (const body of [sampleManifest(), {}]) {
      const answer = await deploy(node, body)
      expect(answer.status).toBe(403)
      expect((await answer.json()).detail).toEqual({ code: 'insufficient_scope', message: expect.any(String) })
      expect(answer.headers.get('www-authenticate')).toMatch(
        /^Bearer realm="OSA", error="insufficient_scope", error_description="[^"\\]+", scope="conventions:write"$/,
      )
    }
  })

  test('a person without the role gets 403 forbidden without a challenge, since no other token would help', async () => {
    const node = await nodeWith({ role: 'user' })
    for (const body of [sampleManifest(), {}]) {
      const answer = await deploy(node, body)
      expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([403, null])
      expect((await answer.json()).detail).toEqual({ code: 'forbidden', message: expect.stringContaining('publisher') })
    }
  })

  test('an invalid convention gets 422 with the location of each issue and how to fix it, in the form of FastAPI', async () => {
    const node = await nodeWith()
    const manifest = sampleManifest()
    const answer = await deploy(node, {
      ...manifest,
      title: '',
      hooks: manifest.hooks.map((hook) => ({ ...hook, limits: { ...hook.limits, memory: 'lots' } })),
      surprise: 1,
    })
    expect(answer.status).toBe(422)
    expect((await answer.json()).detail).toEqual(
      expect.arrayContaining([
        { loc: ['body', 'title'], msg: 'write the title', type: 'invalid_convention' },
        { loc: ['body', 'hooks', 0, 'limits', 'memory'], msg: expect.any(String), type: 'invalid_convention' },
        { loc: ['body'], msg: 'remove "surprise": not a known key', type: 'invalid_convention' },
      ]),
    )
    expect(await list(node)).toEqual([])
  })

  test('bodies that are not JSON objects, or are ambiguous, get 400', async () => {
    const node = await nodeWith()
    const whole = JSON.stringify(sampleManifest())
    const nested = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`
    const bodies = [
      '{',
      '[]',
      'null',
      '"x"',
      '[1e999',
      '{"title":"a","title":"b"}',
      whole.replace('"limits":{', '"limits":{"memory":"1g",'),
      whole.replace('"config":{', '"config":{"\\u0061":1,"a":2,'),
      nested(40),
      nested(100_000),
      '['.repeat(1_000_000),
    ]
    for (const body of bodies) {
      const answer = await deploy(node, body)
      expect([answer.status, (await answer.json()).detail.code], body.slice(0, 40)).toEqual([400, 'invalid_request'])
    }
    const other = await post(node, whole, { Authorization: `Bearer ${node.token}`, 'Content-Type': 'text/plain' })
    expect(other.status).toBe(400)
  })

  test('B27 numbers out of range, lone surrogates and prototype keys get 422, never 500, and do not pollute prototypes', async () => {
    const node = await nodeWith()
    const whole = JSON.stringify(sampleManifest())
    const withConfig = (config: string) => whole.replace('"config":{', `"config":{${config},`)
    for (const config of ['"x":1e999', '"x":"\\ud800"', '"\\udfff":1', '"x":"\\u0000"', '"__proto__":{"polluted":1}']) {
      const answer = await deploy(node, withConfig(config))
      expect(answer.status, config).toBe(422)
    }
    for (const key of ['__proto__', 'constructor', 'toString']) {
      expect((await deploy(node, whole.replace('{', `{"${key}":{"title":"x"},`))).status, key).toBe(422)
    }
    expect({}).not.toHaveProperty('polluted')
    expect((await deploy(node, withConfig('"x":1e308,"y":-0,"z":"\\u0001"'))).status).toBe(201)
  })

  test('J04 a convention of a megabyte is accepted, a longer one gets 422, and a body over the limit 413', async () => {
    const node = await nodeWith()
    const sized = (bytes: number) => {
      const manifest = sampleManifest()
      return { ...manifest, hooks: manifest.hooks.map((hook) => ({ ...hook, config: { x: 'x'.repeat(bytes) } })) }
    }
    expect((await deploy(node, sized(1_000_000))).status).toBe(201)
    expect((await deploy(node, sized(1_100_000))).status).toBe(422)
    expect((await deploy(node, sized(2_200_000))).status).toBe(413)
  })

  test('J12 refusing hostile structures is cheap', async () => {
    const node = await nodeWith()
    const spentMs = startCpuTime()
    const bodies = [
      `"${'\\"'.repeat(900_000)}`,
      `{${'"a":{'.repeat(300_000)}`,
      `{"hooks":[${'{},'.repeat(600_000)}{}]}`,
      `{"title":"${'-'.repeat(1_000_000)}"}`,
      `{${Array.from({ length: 120_000 }, (_, at) => `"k${at}":1`).join(',')}}`,
    ]
    for (const body of bodies) expect([400, 422]).toContain((await deploy(node, body)).status)
    expect(spentMs()).toBeLessThan(8_000)
  })

  test('too many deploys get 429 with Retry-After', async () => {
    const node = await nodeWith()
    for (let call = 0; call < 300; call++) expect((await deploy(node, {})).status).toBe(422)
    const answer = await deploy(node, sampleManifest())
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '3600'])
    expect((await answer.json()).detail.code).toBe('limited')
  })
})

describe('GET', () => {
  test('anyone can read the list and each version of a convention', async () => {
    const node = await nodeWith()
    expect(await list(node)).toEqual([])
    await deploy(node, sampleManifest())
    await deploy(node, sampleManifest({ description: 'Reworded.' }))
    expect(await list(node)).toMatchObject([{ slug: 'protein-structures', version: 2, description: 'Reworded.' }])
    const get = async (query = '') => (await node.request(`${path}/protein-structures${query}`)).json()
    expect(await get()).toMatchObject({ version: 2, manifest: { description: 'Reworded.' }, versions: [{}, {}] })
    expect(await get('?version=1')).toMatchObject({ version: 1, manifest: sampleManifest({ ingester: {} as never }) })
  })

  test.each([
    '/another',
    '/protein-structures?version=2',
    '/protein-structures?version=0',
    '/protein-structures?version=1.0',
    '/protein-structures?version=99999999999999999999',
    '/protein-structures?version=',
    '/%00',
    '/%ff',
    '/..%2f',
    '/__proto__',
    `/${'a'.repeat(2_000)}`,
  ])('%s gets 404 as JSON', async (rest) => {
    const node = await nodeWith()
    await deploy(node, sampleManifest())
    const answer = await node.request(`${path}${rest}`)
    expect([answer.status, (await answer.json()).detail.code]).toEqual([404, 'not_found'])
  })

  test('HEAD is answered like GET; other methods get 405', async () => {
    const node = await nodeWith()
    await deploy(node, sampleManifest())
    for (const address of [path, `${path}/protein-structures`]) {
      const head = await node.request(address, { method: 'HEAD' })
      expect([head.status, await head.text()]).toEqual([200, ''])
      const answer = await node.request(address, { method: 'DELETE' })
      expect([answer.status, answer.headers.get('allow')?.startsWith('GET, HEAD')]).toEqual([405, true])
    }
  })
})

test('deploys are counted by their outcome', async () => {
  const node = await nodeWith()
  for (const body of [sampleManifest(), sampleManifest(), {}]) await deploy(node, body)
  const text = await node.metrics.registry.metrics()
  for (const outcome of ['changed', 'unchanged', 'invalid_convention']) {
    expect(text).toContain(`osa_convention_deploys_total{outcome="${outcome}"} 1`)
  }
})
