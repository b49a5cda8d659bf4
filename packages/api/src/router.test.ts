/** The typed wire over the real operations on the memory store. */
import { isOAuthError } from '@osa/contract'
import { testAuth, testRequester } from '@osa/core/testing'
import { TRPCError } from '@trpc/server'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { appRouter } from './router.ts'
import type { AppRouter } from './router-type.ts'
import { createCallerFactory } from './trpc.ts'

const serverDocument = {
  name: 'Test archive',
  version: '0',
  issuer: 'https://archive.example',
  api: 'https://archive.example/api/v1',
  trpc: 'https://archive.example/trpc',
  refresh_reuse_grace_seconds: 30,
}

const world = () => {
  const node = testAuth()
  const callerWith = (accessToken: string | null) =>
    createCallerFactory(appRouter)({ auth: node.auth, requester: testRequester, accessToken, serverDocument })
  return { ...node, callerWith, caller: callerWith(null) }
}

const codeOf = async (call: Promise<unknown>): Promise<string> => {
  const error = await call.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  return error instanceof TRPCError ? error.code : `no TRPCError: ${String(error)}`
}

describe('device', () => {
  test('B01 a start and its first polls: pending and slow_down are values of the output', async () => {
    const { caller } = world()
    const started = await caller.device.start({ device_name: 'laptop' })
    if (isOAuthError(started)) throw new Error(started.error_description)
    const first = await caller.device.token({ device_code: started.device_code })
    const second = await caller.device.token({ device_code: started.device_code })
    expect([first, second]).toEqual([
      expect.objectContaining({ error: 'authorization_pending' }),
      expect.objectContaining({ error: 'slow_down', interval: 10 }),
    ])
  })

  test('B07 an approved code gives tokens once and invalid_grant afterwards', async () => {
    const { caller, decide } = world()
    const started = await caller.device.start({})
    if (isOAuthError(started)) throw new Error(started.error_description)
    await decide(started.user_code)
    const tokens = await caller.device.token({ device_code: started.device_code })
    expect(tokens).toMatchObject({ token_type: 'Bearer', expires_in: 900 })
    expect(await caller.device.token({ device_code: started.device_code })).toMatchObject({ error: 'invalid_grant' })
  })

  test('B15 a code started by one client is invalid_grant for another', async () => {
    const { caller } = world()
    const started = await caller.device.start({})
    if (isOAuthError(started)) throw new Error(started.error_description)
    const foreign = await caller.device.token({ device_code: started.device_code, client_id: 'other-tool' })
    expect(foreign).toMatchObject({ error: 'invalid_grant' })
  })

  test('A05 unknown clients, and clients without the grant, are refused by value', async () => {
    const { caller } = world()
    expect(await caller.device.start({ client_id: 'nope' })).toMatchObject({ error: 'invalid_client' })
    expect(await caller.device.start({ client_id: 'no-device' })).toMatchObject({ error: 'unauthorized_client' })
  })

  test('B29 a refusal carries nothing but its public keys', async () => {
    const { caller } = world()
    const refusal = await caller.device.token({ device_code: 'x'.repeat(43) })
    expect(Object.keys(refusal).sort()).toEqual(['error', 'error_description'])
  })

  test('B27 NUL and lone surrogates in a code are bad input, not a crash', async () => {
    const { caller } = world()
    expect(await codeOf(caller.device.token({ device_code: 'a\0b' }))).toBe('BAD_REQUEST')
    expect(await codeOf(caller.device.token({ device_code: 'a\ud800' }))).toBe('BAD_REQUEST')
  })

  test('C11 verify shows a pending code; every other one is the same NOT_FOUND', async () => {
    const { caller, decide } = world()
    const started = await caller.device.start({})
    if (isOAuthError(started)) throw new Error(started.error_description)
    expect(await caller.device.verify({ user_code: started.user_code })).toMatchObject({
      scope: 'profile conventions:write',
      continue_uri: expect.stringContaining('https://archive.example/device'),
    })
    await decide(started.user_code)
    expect(await codeOf(caller.device.verify({ user_code: started.user_code }))).toBe('NOT_FOUND')
    expect(await codeOf(caller.device.verify({ user_code: 'not a code' }))).toBe('NOT_FOUND')
  })

  test('C06 verify shares the guess budget: after ten failures it is TOO_MANY_REQUESTS', async () => {
    const { caller } = world()
    for (let guess = 0; guess < 10; guess++) await codeOf(caller.device.verify({ user_code: 'BBBB-BBBB' }))
    expect(await codeOf(caller.device.verify({ user_code: 'BBBB-BBBB' }))).toBe('TOO_MANY_REQUESTS')
  })
})

describe('signed in', () => {
  test('F13 without a token, or with a bad one, me is UNAUTHORIZED', async () => {
    const { caller, callerWith } = world()
    expect(await codeOf(caller.me())).toBe('UNAUTHORIZED')
    expect(await codeOf(callerWith('not.a.token').me())).toBe('UNAUTHORIZED')
  })

  test('me, the list of sessions, and ending one of them at once', async () => {
    const { logIn, callerWith } = world()
    const [here, there] = [await logIn(), await logIn()]
    const caller = callerWith(here.access_token)
    expect(await caller.me()).toMatchObject({ external_id: 'carberry', roles: ['user'] })
    const sessions = await caller.session.list()
    expect(sessions.map(({ current }) => current).sort()).toEqual([false, true])
    const other = sessions.find(({ current }) => !current)
    expect(await caller.session.revoke({ session_id: other?.id ?? '' })).toEqual({ revoked: true })
    expect(await codeOf(callerWith(there.access_token).me())).toBe('UNAUTHORIZED')
    expect(await caller.me()).toBeDefined()
  })

  test('D16 a session of another person cannot be ended', async () => {
    const { logIn, callerWith } = world()
    const [mine, theirs] = [await logIn('carberry'), await logIn('mallory')]
    const [victim] = await callerWith(mine.access_token).session.list()
    const attempt = callerWith(theirs.access_token).session.revoke({ session_id: victim?.id ?? '' })
    expect(await codeOf(attempt)).toBe('NOT_FOUND')
    expect(await callerWith(mine.access_token).me()).toBeDefined()
  })

  test('G01 refresh rotates; G02 a late repeat is a value and ends the family', async () => {
    const { logIn, caller, clock, callerWith } = world()
    const first = await logIn()
    const second = await caller.session.refresh({ refresh_token: first.refresh_token })
    if (isOAuthError(second)) throw new Error(second.error_description)
    expect(second.refresh_token).not.toBe(first.refresh_token)
    clock.advance({ seconds: 60 })
    expect(await caller.session.refresh({ refresh_token: first.refresh_token })).toMatchObject({
      error: 'invalid_grant',
    })
    expect(await caller.session.refresh({ refresh_token: second.refresh_token })).toMatchObject({
      error: 'invalid_grant',
    })
    expect(await codeOf(callerWith(second.access_token).me())).toBe('UNAUTHORIZED')
  })
})

test('server.info is the document of /.well-known/osa', async () => {
  expect(await world().caller.server.info()).toEqual(serverDocument)
})

test('the router type says what procedures answer, and names no ORM', () => {
  type Outputs = import('@trpc/server').inferRouterOutputs<AppRouter>
  type Inputs = import('@trpc/server').inferRouterInputs<AppRouter>
  expectTypeOf<Outputs['me']>().toEqualTypeOf<import('@osa/contract').Me>()
  expectTypeOf<Outputs['device']['token']>().toEqualTypeOf<import('@osa/contract').TokenOutcome>()
  expectTypeOf<Outputs['session']['list']>().toEqualTypeOf<import('@osa/contract').Session[]>()
  expectTypeOf<Inputs['device']['token']>().toEqualTypeOf<{ device_code: string; client_id?: string | undefined }>()
  // what procedures can reach, and so what the type can name: nothing with an EntityManager
  expectTypeOf<keyof import('./context.ts').Context>().toEqualTypeOf<
    'auth' | 'requester' | 'accessToken' | 'serverDocument'
  >()
})
