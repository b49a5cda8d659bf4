import { expect, test } from 'vitest'
import { fakeOsaServer } from '../testing/index.ts'
import { createHttp } from '../wire/http.ts'
import { deployPath, registerConventions } from './register.ts'

const convention = {
  title: 'Small Molecules',
  description: 'Molecules.',
  schema: { id: 'small-molecule', version: '1.0.0', fields: [] },
  file_requirements: { accepted_types: [], min_count: 0, max_count: 1, max_file_size: 1 },
  hooks: [],
  docs: { purpose: 'p', example_questions: [], examples: [] },
}

const register = (node: { url: string }, accessToken: string) =>
  registerConventions(createHttp(), { server: node.url, accessToken, conventions: [convention] })

test('one call carries all conventions, in the envelope of the typed wire', async () => {
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
  expect(request?.path).toBe(deployPath)
  expect(JSON.parse(request?.body ?? '')).toEqual({ json: { conventions: [convention] } })
})

test('a refused token is an answer, to be renewed by who has the means', async () => {
  await using node = await fakeOsaServer()
  expect(await register(node, 'unknown')).toMatchObject({ rejected: 'invalid_token' })
})

test('too much is rate_limited, with how long to wait where waiting helps', async () => {
  await using node = await fakeOsaServer()
  const limited = (retry_after_seconds: number | null) => {
    const refusal = { error: 'limited', error_description: 'Too many deploys.', retry_after_seconds }
    const body = JSON.stringify({ error: { json: { message: 'Too many deploys.', data: { refusal } } } })
    node.dictate('deploy', [{ status: 429, headers: { 'content-type': 'application/json' }, body }])
    return register(node, 'any')
  }
  await expect(limited(30)).rejects.toMatchObject({ code: 'rate_limited', retryable: true, retryAfterMs: 30_000 })
  await expect(limited(null)).rejects.toMatchObject({ code: 'rate_limited', retryable: false })
})

test("a proxy's own 403 page is no word of the archive", async () => {
  await using node = await fakeOsaServer()
  node.dictate('deploy', [{ status: 403, headers: { 'content-type': 'text/html' }, body: '<title>Blocked</title>' }])
  await expect(register(node, 'any')).rejects.toMatchObject({ code: 'html_response' })
})
