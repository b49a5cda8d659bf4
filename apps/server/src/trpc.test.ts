/** tRPC over HTTP: the behaviour of the adapter and our limits around the procedures. */
import type { AppRouter } from '@osa/api'
import { memoryAuthStore } from '@osa/core/testing'
import superjson from 'superjson'
import { describe, expect, test } from 'vitest'
import { postJson } from './testing/oauth-calls.ts'
import { startTestNode } from './testing/test-node.ts'

type Procedure = 'device.start' | 'device.token' | 'me' | 'session.list' | 'server.info'
const known: keyof AppRouter['_def']['record'] = 'device'

const call = (procedure: Procedure, input: unknown = {}) => ({
  path: `/trpc/${procedure}`,
  body: superjson.serialize(input),
})

describe('trpc', () => {
  test('a mutation by POST answers with superjson; a refusal is a value with status 200', async () => {
    const node = await startTestNode()
    expect(known).toBe('device')
    const start = call('device.start', { client_id: 'nope' })
    const answer = await postJson(node, start.path, start.body)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    const { result } = await answer.json()
    expect(superjson.deserialize(result.data)).toMatchObject({ error: 'invalid_client' })
  })

  test('mutations by GET and other methods are 405', async () => {
    const node = await startTestNode()
    expect((await node.request('/trpc/device.start')).status).toBe(405)
    expect((await node.request('/trpc/device.start', { method: 'DELETE' })).status).toBe(405)
  })

  test('F13 the token comes from the header; without it 401 with a challenge; two tokens are 400', async () => {
    const node = await startTestNode()
    const { access_token } = await node.logIn()
    const headers = { Authorization: `Bearer ${access_token}` }
    expect((await node.request('/trpc/me', { headers })).status).toBe(200)
    const without = await node.request(`/trpc/me?access_token=${access_token}`)
    expect([without.status, without.headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="OSA"'])
    expect((await without.json()).error.json.data).toMatchObject({ code: 'UNAUTHORIZED', token_error: 'missing_token' })
    const forged = await node.request('/trpc/me', { headers: { Authorization: 'Bearer forged' } })
    expect((await forged.json()).error.json.data).toMatchObject({ token_error: 'invalid_token' })
    expect((await node.request('/trpc/me?access_token=x', { headers })).status).toBe(400)
  })

  test('B18 F13 the challenge of a 401 names an error only if a token was sent, and a batch that is not 401 has none', async () => {
    const node = await startTestNode()
    const challenge = async (path: string, headers: Record<string, string> = {}) => {
      const answer = await node.request(path, { headers })
      return [answer.status, answer.headers.get('www-authenticate')]
    }
    expect(await challenge('/trpc/me')).toEqual([401, 'Bearer realm="OSA"'])
    const forged = await challenge('/trpc/me', { Authorization: 'Bearer forged' })
    expect(forged).toEqual([401, expect.stringContaining('error="invalid_token"')])
    expect(await challenge('/trpc/me,server.info?batch=1')).toEqual([207, null])
  })

  test('B30 B38 refusals of the adapter before it finds a procedure have the content type JSON', async () => {
    const node = await startTestNode()
    const typeOf = async (path: string, init?: RequestInit) =>
      (await node.request(path, init)).headers.get('content-type')
    const plain = { method: 'POST', body: 'x', headers: { 'Content-Type': 'text/plain' } }
    for (const type of [
      await typeOf('/trpc/device.token', plain),
      await typeOf('/trpc/%ZZ'),
      await typeOf('/trpc/me?connectionParams=%7B'),
      await typeOf(`/trpc/${'me,'.repeat(10)}me?batch=1`),
    ])
      expect(type).toBe('application/json')
  })

  test('dates arrive as dates', async () => {
    const node = await startTestNode()
    const { access_token } = await node.logIn()
    const answer = await node.request('/trpc/session.list', { headers: { Authorization: `Bearer ${access_token}` } })
    const [session] = superjson.deserialize<{ created_at: Date }[]>((await answer.json()).result.data)
    expect(session?.created_at).toBeInstanceOf(Date)
  })

  test('J04, J12 large bodies are 413, large batches 400, broken JSON 400', async () => {
    const node = await startTestNode()
    expect((await postJson(node, '/trpc/device.start', 'x'.repeat(70_000))).status).toBe(413)
    const broken = await postJson(node, '/trpc/device.start', '{secret')
    expect(broken.status).toBe(400)
    expect(await broken.text()).not.toContain('secret')
    const names = Array.from({ length: 11 }, () => 'server.info').join(',')
    expect((await node.request(`/trpc/${names}?batch=1`)).status).toBe(400)
    const ten = Array.from({ length: 10 }, () => 'server.info').join(',')
    expect((await node.request(`/trpc/${ten}?batch=1`)).status).toBe(200)
  })

  test('B29, B30 a crash reveals nothing; an unreachable database is 503 with Retry-After', async () => {
    const crash = new Error('SELECT secrets FROM internals')
    const store = { ...memoryAuthStore(), findPolled: () => Promise.reject(crash) }
    const token = call('device.token', { device_code: 'x' })
    const broken = await startTestNode({ auth: { store } })
    const answer = await postJson(broken, token.path, token.body)
    expect(answer.status).toBe(500)
    expect(await answer.text()).not.toMatch(/SELECT|internals|stack/)
    const down = await startTestNode({ auth: { store }, app: { isUnavailable: (error) => error === crash } })
    const unavailable = await postJson(down, token.path, token.body)
    expect([unavailable.status, unavailable.headers.get('retry-after')]).toEqual([503, '2'])
    const { error } = await unavailable.json()
    expect(error.json.data).toMatchObject({ code: 'SERVICE_UNAVAILABLE', httpStatus: 503 })
    expect(error.json.message).toContain('cannot reach its database')
    const hash = encodeURIComponent(JSON.stringify({ json: { device_code_hash: 'a'.repeat(43) } }))
    const blind = await startTestNode({
      auth: { store },
      app: { isUnavailable: (failure) => failure === crash },
    })
    const stream = await blind.request(`/trpc/device.watch?input=${hash}`)
    expect(await stream.text()).toContain('SERVICE_UNAVAILABLE')
  })

  test('unknown procedures are 404 and echo no input', async () => {
    const node = await startTestNode()
    const answer = await postJson(node, '/trpc/no.such', superjson.serialize({ secret: 'canary' }))
    expect(answer.status).toBe(404)
    expect(await answer.text()).not.toContain('canary')
  })
})
