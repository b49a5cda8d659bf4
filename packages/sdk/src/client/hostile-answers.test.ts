/** Unexpected answers, from a server or from a proxy in between. Each becomes an error with one of our codes, and no error contains a secret. */
import { inspect } from 'node:util'
import { describe, expect, test, vi } from 'vitest'
import { type ClientEvent, createOsaClient, type OsaClient, OsaError, type TokenProvider } from '../index.node.ts'
import { FakeRefusal, fakeOsaServer, type RawAnswer, refusalAnswer, resultAnswer } from '../testing/index.ts'

const json = (status: number, body: unknown, headers: Record<string, string> = {}): RawAnswer => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
})

const failureOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    (value) => value,
    (error: unknown) => error,
  )

/** Calls a node that always gives this answer. */
async function answered(answer: RawAnswer, call = (osa: OsaClient): Promise<unknown> => osa.me.query()) {
  await using node = await fakeOsaServer()
  node.dictate('trpc', [answer], { always: true })
  const token = node.issue().access_token
  const onUnauthorized = vi.fn((): string | null => null)
  const auth: TokenProvider = { getToken: () => token, onUnauthorized }
  const error = await failureOf(call(createOsaClient({ server: node.url, auth, retry: false })))
  return { error, onUnauthorized, server: node.url }
}

test.each([
  ['a result that is null', json(200, [{ result: null }])],
  ['a result without data', json(200, [{ result: {} }])],
  ['data that is not superjson', json(200, [{ result: { data: 'x' } }])],
  [
    'data that tries to change a prototype',
    json(200, [{ result: { data: { json: {}, meta: { values: { prototype: ['Date'] } } } } }]),
  ],
  ['an error that is null', json(200, [{ error: null }])],
  ['an error without a code', json(500, [{ error: { json: { message: 'x' } } }])],
  ['no answers at all', json(200, [])],
  ['one answer too many', json(200, [{ result: { data: { json: 1 } } }, { result: { data: { json: 2 } } }])],
  ['one result for all calls', json(200, { result: { data: { json: 1 } } })],
])('%s is not accepted as the answer of a node', async (_name, answer) => {
  const { error, server } = await answered(answer)
  const code = answer.status === 500 ? 'server_error' : 'not_an_osa_server'
  expect(error).toMatchObject({ code, status: answer.status, server })
})

test.each([
  ['a person without a name', { id: '1', provider: 'orcid', external_id: '2', roles: [] }],
  ['a list', []],
  ['null', null],
  [
    'a person with far too long a name',
    { id: '1', display_name: 'x'.repeat(5000), provider: 'p', external_id: 'e', roles: [] },
  ],
  [
    'a person with a role that is not a string',
    { id: '1', display_name: null, provider: 'p', external_id: 'e', roles: [7] },
  ],
])('%s is not accepted as the answer to me, because the contract says otherwise', async (_name, value) => {
  const { error, server } = await answered(resultAnswer(value))
  expect(error).toMatchObject({ code: 'not_an_osa_server', status: 200, server })
})

test('values that only a newer node knows are accepted, and keys that only it knows are removed', async () => {
  const person = { id: '1', display_name: 'Ada', provider: 'orcid', external_id: '2', roles: ['curator'] }
  const { error: answer } = await answered(resultAnswer({ ...person, pronouns: 'she' }))
  expect(answer).toEqual(person)
})

test('if there are fewer answers than calls, all of the calls fail', async () => {
  const { error } = await answered(json(200, [{ result: { data: { json: {} } } }]), (osa) =>
    Promise.all([osa.me.query(), osa.session.list.query()]),
  )
  expect(error).toMatchObject({ code: 'not_an_osa_server', status: 200 })
})

test.each([
  ['a web page', { status: 401, headers: { 'content-type': 'text/html' }, body: '<title>Proxy' }, 'html_response'],
  ['JSON of a gateway', json(401, { error: 'unauthorized' }), 'not_an_osa_server'],
])('a 401 with %s says nothing about the token, so it is not renewed', async (_name, answer, code) => {
  const { error, onUnauthorized } = await answered(answer)
  expect(error).toMatchObject({ code, status: 401 })
  expect(onUnauthorized).not.toHaveBeenCalled()
})

test("the node's own 401, sent before tRPC, renews the token", async () => {
  const { error, onUnauthorized } = await answered(json(401, { detail: { code: 'invalid_token', message: 'm' } }))
  expect(error).toMatchObject({
    code: 'not_authenticated',
    status: 401,
    hint: expect.stringMatching(/^Run osa login http/),
  })
  expect(onUnauthorized).toHaveBeenCalledTimes(1)
})

describe('K17 a token that a server repeats', () => {
  const token = 'canary-0123456789'
  const refusal = (code: string, httpStatus: number) =>
    json(
      httpStatus,
      [
        {
          error: {
            json: {
              message: `no: Bearer ${token}`,
              code: -32_000,
              data: { code, httpStatus, stack: token, issues: [{ path: token, message: token }] },
            },
          },
        },
      ],
      { 'x-request-id': token, 'set-cookie': `session=${token}` },
    )
  test.each([
    ['in a refusal', refusal('FORBIDDEN', 403), 'forbidden'],
    ['in a 401', refusal('UNAUTHORIZED', 401), 'token_rejected'],
    ['in the issues of an input', refusal('BAD_REQUEST', 400), 'usage'],
    ['in an internal error', refusal('INTERNAL_SERVER_ERROR', 500), 'server_error'],
    [
      'on a web page',
      { status: 500, headers: { 'content-type': 'text/html' }, body: `<title>KeyError: ${token}` },
      'server_error',
    ],
    [
      'in a content type',
      { status: 200, headers: { 'content-type': `text/${token}` }, body: 'x' },
      'not_an_osa_server',
    ],
  ])('%s appears in no part of the error and in no event', async (_name, answer, code) => {
    await using node = await fakeOsaServer()
    node.dictate('trpc', [answer], { always: true })
    const events: ClientEvent[] = []
    const onEvent = (event: ClientEvent) => events.push(event)
    const osa = createOsaClient({ server: node.url, auth: token, retry: false, onEvent })
    const error = await failureOf(osa.me.query())
    expect(error).toBeInstanceOf(OsaError)
    expect(error).toMatchObject({ code, status: answer.status })
    const written = [error, (error as Error).stack, { ...(error as Error) }, events, osa].flatMap((value) => [
      String(value),
      JSON.stringify(value),
      inspect(value, { depth: 9, showHidden: true }),
    ])
    expect(written.join()).not.toContain('canary')
    expect(node.seen('trpc')[0]?.headers.authorization).toContain('canary')
  })
})

test.each([
  ['not a list', 7],
  ['a list of other things', [null, 7, { path: 1, message: 'm' }, { path: 'p' }]],
  ['a list of a hundred', Array.from({ length: 100 }, () => ({ path: '\u001b[2J', message: 'm'.repeat(999) }))],
])('issues that are %s are cleaned before they get into an error', async (_what, issues) => {
  await using node = await fakeOsaServer()
  const refusal = new FakeRefusal('BAD_REQUEST', 400, 'The input is not valid', { issues })
  node.dictate('trpc', [refusalAnswer(refusal)], { always: true })
  const error = await failureOf(createOsaClient({ server: node.url, auth: 'token-0123' }).me.query())
  expect(error).toMatchObject({ code: 'usage', message: 'The input is not valid' })
  const { issues: told = [] } = error as OsaError
  expect(told.length).toBeLessThanOrEqual(20)
  expect(JSON.stringify(told).length).toBeLessThan(20_000)
  expect(told.map(({ path }) => path).join()).not.toContain('\u001b')
})

test('a token of a few letters is not removed from words that contain it', async () => {
  await using node = await fakeOsaServer()
  const me = { id: 'json', display_name: null, provider: 'json', external_id: 'json', roles: [] }
  node.dictate('trpc', [resultAnswer(me)], { always: true })
  expect(await createOsaClient({ server: node.url, auth: 'json' }).me.query()).toEqual(me)
})

test('the cause of an error may be any value, and is not part of its JSON', async () => {
  await using node = await fakeOsaServer()
  const vault = Object.assign(new Error('sealed'), { headers: { 'x-vault-token': 'canary' } })
  for (const cause of ['a string', vault]) {
    const auth: TokenProvider = { getToken: () => Promise.reject(cause) }
    const error = await failureOf(createOsaClient({ server: node.url, auth }).me.query())
    expect(error).toMatchObject({ code: 'not_authenticated', cause })
    expect(JSON.stringify(error)).not.toContain('canary')
  }
  const stopped = createOsaClient({ server: node.url, auth: { type: 'none' } })
  const signal = AbortSignal.abort('stopped by the user')
  expect(await failureOf(stopped.server.info.query(undefined, { signal }))).toMatchObject({
    code: 'aborted',
    cause: 'stopped by the user',
  })
})

test('for untyped programs, an unknown kind of auth throws at once, and a provider may return undefined for no token', async () => {
  await using node = await fakeOsaServer()
  for (const auth of [{ type: 'cookie' }, {}, null, 7]) {
    expect(() => createOsaClient({ server: node.url, auth: auth as never })).toThrow(
      expect.objectContaining({ code: 'usage' }),
    )
  }
  const osa = createOsaClient({ server: node.url, auth: { getToken: () => undefined as never } })
  expect(await osa.server.info.query()).toMatchObject({ name: 'Fake archive' })
})
