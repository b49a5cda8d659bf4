/**
 * The behaviour that callers rely on, tested on a real node and on the scripted node of `@osa/sdk/testing`. Both pass the same tests, so that
 * tests with the scripted node are valid for a real one.
 */
import { sampleManifest } from '@osa/contract/testing'
import { createOsaClient, OsaCallError, type OsaClient } from '@osa/sdk'
import { openNetwork } from '@osa/sdk/internal'
import { fakeOsaServer } from '@osa/sdk/testing'
import { describe, expect, test } from 'vitest'
import { reachConfirmPage } from './approve.ts'
import { nodeForThisFile } from './on-postgres.ts'

interface ContractNode extends AsyncDisposable {
  readonly url: string
  /** Decides about a user code as a person. */
  decide(userCode: string, decision: 'approve' | 'deny'): Promise<void>
}

const real = nodeForThisFile()

const openReal = async (): Promise<ContractNode> => ({
  url: real.url,
  decide: async (userCode, decision) => {
    const page = await reachConfirmPage(real.url, userCode)
    await page.decide(decision)
  },
  [Symbol.asyncDispose]: async () => undefined,
})

async function openFake(): Promise<ContractNode> {
  const fake = await fakeOsaServer()
  return {
    url: fake.url,
    decide: async (_, decision) => fake[decision](),
    [Symbol.asyncDispose]: () => fake.close(),
  }
}

const clientOf = ({ url }: ContractNode, accessToken?: string): OsaClient =>
  createOsaClient({ server: url, auth: accessToken ?? { type: 'none' }, retry: false })

async function start(node: ContractNode) {
  const started = await clientOf(node).device.start.mutate({ device_name: 'contract' })
  if ('error' in started) throw new Error(started.error)
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(started.device_code))
  return { ...started, device_code_hash: Buffer.from(hash).toString('base64url') }
}

async function signIn(node: ContractNode) {
  const { user_code, device_code } = await start(node)
  await node.decide(user_code, 'approve')
  const tokens = await clientOf(node).device.token.mutate({ device_code })
  if ('error' in tokens) throw new Error(tokens.error)
  return { ...tokens, device_code, osa: clientOf(node, tokens.access_token) }
}

const refresh = (node: ContractNode, refresh_token: string) => clientOf(node).session.refresh.mutate({ refresh_token })

/** Returns the error data of a refused call. */
async function refusalOf(call: Promise<unknown>) {
  const error = await call.then(
    (answer) => new Error(`answered: ${JSON.stringify(answer)}`),
    (failure: unknown) => failure,
  )
  if (!(error instanceof OsaCallError) || !error.data) throw error
  const { code, httpStatus, token_error } = error.data
  return { code, httpStatus, ...(token_error === undefined ? {} : { token_error }) }
}

const notFound = { code: 'NOT_FOUND', httpStatus: 404 }
const badRequest = { code: 'BAD_REQUEST', httpStatus: 400 }

/** The messages about invalid fields. */
const expectedOf: Readonly<Record<string, string>> = {
  scope: 'Invalid input: expected string, received number',
  user_code: 'Missing: expected string',
  device_code: 'not plain text',
  refresh_token: expect.stringMatching(/^(Missing: expected string|Too small: .+)$/),
  session_id: 'Invalid UUID',
  version: 'Too small: expected number to be >=1',
  conventions: 'Missing: expected array',
}

describe.each([
  ['the scripted node', openFake],
  ['a real node', openReal],
])('%s', (_name, open) => {
  test('serves the same document at its well-known address and by procedure', async () => {
    await using node = await open()
    const answer = await fetch(`${node.url}/.well-known/osa`)
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      200,
      expect.stringContaining('application/json'),
    ])
    const document = await answer.json()
    expect(document).toEqual({
      name: expect.any(String),
      version: expect.any(String),
      issuer: node.url,
      api: expect.stringContaining(node.url),
      trpc: `${node.url}/trpc`,
      refresh_reuse_grace_seconds: 30,
    })
    expect(await clientOf(node).server.info.query()).toEqual(document)
    expect(await openNetwork().discover(node.url)).toEqual(document)
  })

  test('a login is pending, then approved, and its code cannot be used again', async () => {
    await using node = await open()
    const osa = clientOf(node)
    const started = await start(node)
    expect(started).toMatchObject({
      device_code: expect.stringMatching(/^[\w-]{20,}$/),
      user_code: expect.stringMatching(/^[A-Z]{4}-[A-Z]{4}$/),
      verification_uri: `${node.url}/device`,
      verification_uri_complete: `${node.url}/device?user_code=${started.user_code}`,
      expires_in: expect.any(Number),
      interval: expect.any(Number),
    })
    const { device_code } = started
    expect(await osa.device.token.mutate({ device_code })).toMatchObject({ error: 'authorization_pending' })
    const tokens = await signIn(node)
    expect(tokens).toMatchObject({ token_type: 'Bearer', expires_in: 900, scope: 'profile conventions:write' })
    const again = await osa.device.token.mutate({ device_code: tokens.device_code })
    expect(again).toMatchObject({ error: 'invalid_grant', error_description: expect.any(String) })
  })

  test('a denied login and an unknown code are refused by value', async () => {
    await using node = await open()
    const osa = clientOf(node)
    const { device_code, user_code } = await start(node)
    await node.decide(user_code, 'deny')
    expect(await osa.device.token.mutate({ device_code })).toMatchObject({ error: 'access_denied' })
    expect(await osa.device.token.mutate({ device_code: 'x'.repeat(43) })).toMatchObject({ error: 'invalid_grant' })
  })

  test('verify accepts only pending codes, however they are typed', async () => {
    await using node = await open()
    const { device } = clientOf(node)
    const { user_code } = await start(node)
    const found = await device.verify.mutate({ user_code: user_code.toLowerCase().replace('-', ' ') })
    expect(found).toEqual({
      client_name: expect.stringMatching(/./),
      scope: 'profile conventions:write',
      expires_in: expect.any(Number),
      continue_uri: `${node.url}/device?user_code=${user_code}`,
    })
    expect(found.expires_in).toBeGreaterThan(500)
    await node.decide(user_code, 'approve')
    expect(await refusalOf(device.verify.mutate({ user_code }))).toEqual(notFound)
    expect(await refusalOf(device.verify.mutate({ user_code: 'no code' }))).toEqual(notFound)
  })

  test('a watch reports a decision once and then ends', async () => {
    await using node = await open()
    const { user_code, device_code_hash } = await start(node)
    const events = clientOf(node).device.watch.subscribe({ device_code_hash })
    const first = events.next()
    await node.decide(user_code, 'approve')
    expect((await first).value).toEqual({ status: 'decided' })
    expect((await events.next()).done).toBe(true)
    const unknown = clientOf(node).device.watch.subscribe({ device_code_hash: 'A'.repeat(43) })
    expect((await unknown.next()).value).toMatchObject({ error: 'invalid_grant' })
    expect(await refusalOf(clientOf(node).device.watch.subscribe({ device_code_hash: 'short' }).next())).toEqual(
      badRequest,
    )
  })

  test('calls without a token, or with an unknown one, are refused', async () => {
    await using node = await open()
    expect(await refusalOf(clientOf(node).me.query())).toEqual({
      code: 'UNAUTHORIZED',
      httpStatus: 401,
      token_error: 'missing_token',
    })
    for (const call of [(osa: OsaClient) => osa.me.query(), (osa: OsaClient) => osa.session.list.query()]) {
      expect(await refusalOf(call(clientOf(node, 'not-a-token')))).toMatchObject({ token_error: 'invalid_token' })
    }
  })

  test('a person sees their sessions, and ending one ends its token', async () => {
    await using node = await open()
    const [here, there] = [await signIn(node), await signIn(node)]
    expect(await here.osa.me.query()).toEqual({
      id: expect.any(String),
      display_name: 'Josiah Carberry',
      provider: expect.any(String),
      external_id: '0000-0002-1825-0097',
      roles: expect.arrayContaining(['admin']),
    })
    const listed = await here.osa.session.list.query()
    expect(listed.filter(({ current }) => current)).toEqual([
      {
        id: expect.stringMatching(/^[\da-f-]{36}$/),
        client_id: 'osa-cli',
        client_name: expect.any(String),
        device_name: expect.any(String),
        scope: expect.stringContaining('profile'),
        ip: '127.0.0.1',
        created_at: expect.any(Date),
        last_used_at: expect.any(Date),
        expires_at: expect.any(Date),
        current: true,
        approval: 'typed',
      },
    ])
    const idOf = async ({ osa }: { osa: OsaClient }): Promise<string> =>
      (await osa.session.list.query()).find(({ current }) => current)?.id ?? ''
    const revoke = (session_id: string) => here.osa.session.revoke.mutate({ session_id })
    const other = await idOf(there)
    expect(await revoke(other)).toEqual({ revoked: true })
    expect(await refusalOf(revoke(other))).toEqual(notFound)
    expect(await refusalOf(there.osa.me.query())).toMatchObject({ token_error: 'invalid_token' })
    expect(await refresh(node, there.refresh_token)).toMatchObject({ error: 'invalid_grant', reason: 'revoked' })
    expect(await revoke(await idOf(here))).toEqual({ revoked: true })
    expect(await refusalOf(here.osa.me.query())).toMatchObject({ token_error: 'invalid_token' })
  })

  test('a refresh rotates the token, its repeat gets the same token, and an older token ends the session', async () => {
    await using node = await open()
    const { refresh_token: first } = await signIn(node)
    const second = await refresh(node, first)
    if ('error' in second) throw new Error(second.error)
    expect(second.refresh_token).not.toBe(first)
    expect(await refresh(node, first)).toMatchObject({ refresh_token: second.refresh_token })
    const third = await refresh(node, second.refresh_token)
    if ('error' in third) throw new Error(third.error)
    expect(await refresh(node, first)).toMatchObject({ error: 'invalid_grant' })
    expect(await refresh(node, third.refresh_token)).toMatchObject({ error: 'invalid_grant', reason: 'revoked' })
    expect(await refusalOf(clientOf(node, third.access_token).me.query())).toMatchObject({ httpStatus: 401 })
    expect(await refresh(node, 'unknown')).toMatchObject({ error: 'invalid_grant', reason: 'unknown' })
  })

  test('ending a session ends its tokens, and can be repeated', async () => {
    await using node = await open()
    const { osa, refresh_token } = await signIn(node)
    for (const token of [refresh_token, refresh_token, 'unknown']) {
      expect(await clientOf(node).session.end.mutate({ refresh_token: token })).toEqual({ ended: true })
    }
    expect(await refresh(node, refresh_token)).toMatchObject({ error: 'invalid_grant', reason: 'revoked' })
    expect(await refusalOf(osa.me.query())).toMatchObject({ token_error: 'invalid_token' })
  })

  test('signed-in people register conventions version by version, and anybody can read them', async () => {
    await using node = await open()
    const { osa } = await signIn(node)
    const anybody = clientOf(node).conventions
    expect(await anybody.list.query()).toEqual([])
    const deploy = (client: OsaClient, description: string) =>
      client.conventions.deploy.mutate({ conventions: [sampleManifest({ description })] })
    expect(await refusalOf(deploy(clientOf(node), 'one'))).toMatchObject({ token_error: 'missing_token' })
    const summary = {
      slug: 'protein-structures',
      title: 'Protein structures',
      schema_id: { id: 'protein-structure', version: '1.2.0' },
      hooks: ['find_pockets'],
      created_at: expect.any(Date),
    }
    const content_hash = expect.stringMatching(/^[\da-f]{64}$/)
    for (const [description, version, changed] of [
      ['one', 1, true],
      ['one', 1, false],
      ['two', 2, true],
    ] as const) {
      const outcome = await deploy(osa, description)
      expect(outcome).toEqual({ conventions: [{ ...summary, description, version, changed, content_hash }] })
    }
    expect(await anybody.list.query()).toEqual([{ ...summary, description: 'two', version: 2 }])
    const line = {
      schema_id: summary.schema_id,
      content_hash,
      created_at: expect.any(Date),
      deployed_by: 'Josiah Carberry',
    }
    expect(await anybody.get.query({ slug: summary.slug, version: 1 })).toEqual({
      ...summary,
      description: 'one',
      version: 1,
      content_hash,
      manifest: expect.objectContaining({ title: summary.title, description: 'one' }),
      versions: [
        { version: 2, ...line },
        { version: 1, ...line },
      ],
    })
    expect(await anybody.get.query({ slug: summary.slug })).toMatchObject({ version: 2, description: 'two' })
    expect(await refusalOf(anybody.get.query({ slug: summary.slug, version: 3 }))).toEqual(notFound)
    expect(await refusalOf(anybody.get.query({ slug: 'nothing' }))).toEqual(notFound)
  })

  test.each<[string, string, (osa: OsaClient) => Promise<unknown>]>([
    ['device.start', 'scope', (osa) => osa.device.start.mutate({ scope: 7 } as never)],
    ['device.verify', 'user_code', (osa) => osa.device.verify.mutate({} as never)],
    ['device.token', 'device_code', (osa) => osa.device.token.mutate({ device_code: 'a\0b' })],
    ['session.refresh', 'refresh_token', (osa) => osa.session.refresh.mutate({ refresh_token: '' })],
    ['session.end', 'refresh_token', (osa) => osa.session.end.mutate({} as never)],
    ['session.revoke', 'session_id', (osa) => osa.session.revoke.mutate({ session_id: 'no uuid' })],
    ['conventions.get', 'version', (osa) => osa.conventions.get.query({ slug: 'a', version: 0 })],
    ['conventions.deploy', 'conventions', (osa) => osa.conventions.deploy.mutate({} as never)],
  ])('%s refuses an invalid %s with the same message', async (_path, field, call) => {
    await using node = await open()
    const { osa } = await signIn(node)
    const refused = call(osa)
    expect(await refusalOf(refused)).toEqual(badRequest)
    const { issues } = await refused.then(Object, (error: OsaCallError) => error)
    expect(issues).toEqual([{ path: field, message: expectedOf[field] }])
  })

  test('a batch has one answer for each call, at most ten, and procedures require their own method', async () => {
    await using node = await open()
    const ask = async (path: string, init?: RequestInit) => {
      const answer = await fetch(`${node.url}/trpc/${path}`, init)
      const json = (await answer.json()) as unknown
      return [
        answer.status,
        Array.isArray(json) ? json.map((one) => Object.keys(one)[0]) : Object.keys(json as object)[0],
      ]
    }
    expect(await ask('server.info,server.info?batch=1')).toEqual([200, ['result', 'result']])
    expect(await ask('server.info,me,nothing?batch=1')).toEqual([207, ['result', 'error', 'error']])
    expect(await ask(`${Array(11).fill('server.info').join()}?batch=1`)).toEqual([400, 'error'])
    expect(await ask('nothing')).toEqual([404, 'error'])
    expect(await ask('device.start')).toEqual([405, 'error'])
    const post = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }
    expect(await ask('server.info', post)).toEqual([405, 'error'])
  })

  // Must be the last test, because it uses up the guess budget of this address.
  test('after ten wrong codes even a right one is refused for a while', async () => {
    await using node = await open()
    const { device } = clientOf(node)
    const { user_code } = await start(node)
    const codes = new Set<string>()
    for (let guess = 0; guess < 11; guess++) {
      codes.add((await refusalOf(device.verify.mutate({ user_code: 'BBBB-BBBB' }))).code)
    }
    expect([...codes]).toEqual(['NOT_FOUND', 'TOO_MANY_REQUESTS'])
    const limited = await refusalOf(device.verify.mutate({ user_code }))
    expect(limited).toEqual({ code: 'TOO_MANY_REQUESTS', httpStatus: 429 })
    await expect(device.verify.mutate({ user_code })).rejects.toMatchObject({ code: 'rate_limited', retryable: true })
  })
})
