import { expect, test } from 'vitest'
import { createOsaClient } from '../index.node.ts'
import { FakeRefusal, fakeOsaServer, refusalAnswer } from '../testing/index.ts'
import { registerConventions } from './register.ts'

const convention = {
  title: 'Small Molecules',
  description: 'Molecules.',
  schema: { id: 'small-molecule', version: '1.0.0', fields: [] },
  file_requirements: { accepted_types: [], min_count: 0, max_count: 1, max_file_size: 1 },
  hooks: [],
  docs: { purpose: 'p', example_questions: [], examples: [] },
}

const register = (node: { url: string }, accessToken: string) =>
  registerConventions(createOsaClient({ server: node.url, auth: accessToken }), [convention])

test('one call registers all conventions, through tRPC', async () => {
  await using node = await fakeOsaServer()
  const answer = await register(node, node.issue().access_token)
  expect(answer).toEqual({
    registered: [
      {
        slug: 'small-molecules',
        title: 'Small Molecules',
        schema_id: { id: 'small-molecule', version: '1.0.0' },
        version: 1,
        changed: true,
      },
    ],
  })
  const [request] = node.seen('deploy')
  expect(request?.path).toBe('/trpc/conventions.deploy')
  expect(JSON.parse(request?.body ?? '')).toEqual({ 0: { json: { conventions: [convention] } } })
})

test('a rejected token is reported with the error of the client', async () => {
  await using node = await fakeOsaServer()
  await expect(register(node, 'unknown')).rejects.toMatchObject({ code: 'token_rejected', reason: 'invalid_token' })
})

test('after a lost answer the call is repeated only if mayRepeat allows it, and only once', async () => {
  await using node = await fakeOsaServer()
  const osa = createOsaClient({ server: node.url, auth: node.issue().access_token })
  node.loseDeployResponses(1)
  await expect(registerConventions(osa, [convention])).rejects.toMatchObject({ code: 'connection_failed' })
  node.loseDeployResponses(1)
  const again = await registerConventions(osa, [convention], { mayRepeat: ({ code }) => code === 'connection_failed' })
  expect(again).toMatchObject({ registered: [{ version: 1, changed: false }] })
  node.loseDeployResponses(3)
  await expect(registerConventions(osa, [convention], { mayRepeat: () => true })).rejects.toBeDefined()
  expect(node.calls.deploy).toBe(5)
})

test('a limit of the node is rate_limited, with the time to wait if waiting helps', async () => {
  await using node = await fakeOsaServer()
  const limited = (retry_after_seconds: number | null) => {
    const refusal = { error: 'limited', error_description: 'Too many deploys.', retry_after_seconds }
    node.dictate('deploy', [refusalAnswer(new FakeRefusal('TOO_MANY_REQUESTS', 429, 'Too many deploys.', { refusal }))])
    return register(node, 'any')
  }
  await expect(limited(30)).rejects.toMatchObject({ code: 'rate_limited', retryable: true, retryAfterMs: 30_000 })
  await expect(limited(null)).rejects.toMatchObject({ code: 'rate_limited', retryable: false })
})

test("a proxy's own 403 page does not count as a refusal by the archive", async () => {
  await using node = await fakeOsaServer()
  node.dictate('deploy', [{ status: 403, headers: { 'content-type': 'text/html' }, body: '<title>Blocked</title>' }])
  await expect(register(node, 'any')).rejects.toMatchObject({ code: 'html_response' })
})
