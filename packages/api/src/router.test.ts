/** The typed wire over the real operations on the memory store. */
import { createHash } from 'node:crypto'
import { isOAuthError } from '@osa/contract'
import { builtInClients } from '@osa/core'
import { testAuth } from '@osa/core/testing'
import { type AnyTRPCProcedure, type inferRouterInputs, type inferRouterOutputs, TRPCError } from '@trpc/server'
import { describe, expect, expectTypeOf, test } from 'vitest'
import type { Context } from './context.ts'
import type { appRouter } from './router.ts'
import type { AppRouter, CallErrorShape } from './router-type.ts'
import { testCallers, testServerDocument } from './testing/caller.ts'

function world() {
  const node = testAuth()
  const stopping = new AbortController()
  const callerWith = testCallers(node, stopping)
  return { ...node, stopping, callerWith, caller: callerWith(null) }
}

const hashOf = (deviceCode: string) => createHash('sha256').update(deviceCode).digest('base64url')

async function eventsOf(watch: Promise<AsyncIterable<unknown>>): Promise<unknown[]> {
  const events: unknown[] = []
  for await (const event of await watch) events.push(event)
  return events
}

async function codeOf(call: Promise<unknown>): Promise<string> {
  const error = await call.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  return error instanceof TRPCError ? error.code : `no TRPCError: ${String(error)}`
}

describe('device', () => {
  test('B01 the first poll after a start returns authorization_pending, and an early second one slow_down', async () => {
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

  test('B07 an approved code gives tokens once, and invalid_grant afterwards', async () => {
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

  test('A05 a start returns a refusal to an unknown client and to a client without the grant', async () => {
    const { caller } = world()
    expect(await caller.device.start({ client_id: 'nope' })).toMatchObject({ error: 'invalid_client' })
    expect(await caller.device.start({ client_id: 'no-device' })).toMatchObject({ error: 'unauthorized_client' })
  })

  test('B19 a client cannot use a grant that it is not registered for', async () => {
    const { caller, logIn, client } = world()
    const { refresh_token } = await logIn('carberry', client('no-refresh'))
    const refused = [
      await caller.device.token({ device_code: 'x', client_id: 'no-device' }),
      await caller.session.refresh({ refresh_token, client_id: 'no-refresh' }),
    ]
    expect(refused).toMatchObject([{ error: 'unauthorized_client' }, { error: 'unauthorized_client' }])
  })

  test('a watch emits decided once and ends, and a watch of an unknown code ends with the refusal of a poll', async () => {
    const { caller, decide } = world()
    const started = await caller.device.start({})
    if (isOAuthError(started)) throw new Error(started.error_description)
    const events = eventsOf(caller.device.watch({ device_code_hash: hashOf(started.device_code) }))
    await decide(started.user_code)
    expect(await events).toEqual([{ status: 'decided' }])
    const unknown = await eventsOf(caller.device.watch({ device_code_hash: hashOf('unknown') }))
    expect(unknown).toEqual([await caller.device.token({ device_code: 'unknown' })])
    const stranger = caller.device.watch({ device_code_hash: hashOf('unknown'), client_id: 'nope' })
    expect(await eventsOf(stranger)).toEqual([expect.objectContaining({ error: 'invalid_client' })])
  })

  test('D22 a watch does not accept the device code itself', async () => {
    const { caller, start } = world()
    const { device_code } = await start()
    expect(await eventsOf(caller.device.watch({ device_code_hash: device_code }))).toEqual([
      expect.objectContaining({ error: 'invalid_grant' }),
    ])
    expect(await codeOf(caller.device.watch({ device_code_hash: 'short' }))).toBe('BAD_REQUEST')
  })

  test('J14 a watch ends without an event when the node stops', async () => {
    const { caller, start, stopping } = world()
    const { device_code } = await start()
    const events = eventsOf(caller.device.watch({ device_code_hash: hashOf(device_code) }))
    stopping.abort()
    expect(await events).toEqual([])
  })

  test('B29 a refusal contains only its public keys', async () => {
    const { caller } = world()
    const refusal = await caller.device.token({ device_code: 'x'.repeat(43) })
    expect(Object.keys(refusal).sort()).toEqual(['error', 'error_description'])
  })

  test('B27 NUL and lone surrogates in a code are bad input, not a crash', async () => {
    const { caller } = world()
    expect(await codeOf(caller.device.token({ device_code: 'a\0b' }))).toBe('BAD_REQUEST')
    expect(await codeOf(caller.device.token({ device_code: 'a\ud800' }))).toBe('BAD_REQUEST')
  })

  test('C11 verify finds a pending code, and answers every other code with the same NOT_FOUND', async () => {
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

  test('C06 verify spends from the guess budget: after ten failures it answers TOO_MANY_REQUESTS', async () => {
    const { caller } = world()
    for (let guess = 0; guess < 10; guess++) await codeOf(caller.device.verify({ user_code: 'BBBB-BBBB' }))
    expect(await codeOf(caller.device.verify({ user_code: 'BBBB-BBBB' }))).toBe('TOO_MANY_REQUESTS')
  })
})

describe('signed in', () => {
  test('F13 me is UNAUTHORIZED without a token or with a bad one', async () => {
    const { caller, callerWith } = world()
    expect(await codeOf(caller.me())).toBe('UNAUTHORIZED')
    expect(await codeOf(callerWith('not.a.token').me())).toBe('UNAUTHORIZED')
  })

  test('a person lists two sessions and revokes one, whose access token is refused at once', async () => {
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

  test("D16 another person's session cannot be revoked", async () => {
    const { logIn, callerWith } = world()
    const [mine, theirs] = [await logIn('carberry'), await logIn('mallory')]
    const [victim] = await callerWith(mine.access_token).session.list()
    const attempt = callerWith(theirs.access_token).session.revoke({ session_id: victim?.id ?? '' })
    expect(await codeOf(attempt)).toBe('NOT_FOUND')
    expect(await callerWith(mine.access_token).me()).toBeDefined()
  })

  test('G01 refresh rotates the token; G02 a late repeat returns a refusal and ends the session', async () => {
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

  test('G04 a refused refresh says whether the session was ended, has expired, or was never known', async () => {
    const { logIn, caller, clock } = world()
    const [ended, idle] = [await logIn(), await logIn()]
    await caller.session.end({ refresh_token: ended.refresh_token })
    const refresh = (refresh_token: string) => caller.session.refresh({ refresh_token })
    expect(await refresh(ended.refresh_token)).toMatchObject({ error: 'invalid_grant', reason: 'revoked' })
    expect(await refresh('never-seen')).toMatchObject({ error: 'invalid_grant', reason: 'unknown' })
    clock.advance({ seconds: 91 * 86_400 })
    expect(await refresh(idle.refresh_token)).toMatchObject({ error: 'invalid_grant', reason: 'expired' })
  })

  test('H01 session.end ends the session of a refresh token, and succeeds for an unknown token', async () => {
    const { logIn, caller, callerWith } = world()
    const tokens = await logIn()
    expect(await caller.session.end({ refresh_token: tokens.refresh_token })).toEqual({ ended: true })
    expect(await codeOf(callerWith(tokens.access_token).me())).toBe('UNAUTHORIZED')
    expect(await caller.session.end({ refresh_token: 'never-seen' })).toEqual({ ended: true })
  })

  test('G08 session.end leaves the session of another client alone, and refuses an unknown client', async () => {
    const { logIn, caller, callerWith } = world()
    const tokens = await logIn()
    const asOther = { refresh_token: tokens.refresh_token, client_id: 'other-tool' }
    expect(await caller.session.end(asOther)).toEqual({ ended: true })
    expect(await callerWith(tokens.access_token).me()).toBeDefined()
    expect(await codeOf(caller.session.end({ ...asOther, client_id: 'nope' }))).toBe('BAD_REQUEST')
  })

  test('a call without a client id can refresh and end a login of the Python osa, since built-in clients share logins', async () => {
    const { start, decide, poll, caller } = world()
    const python = builtInClients[1]
    const device = await start({ client: python })
    await decide(device.user_code)
    const tokens = await poll(device.device_code, python)
    if (isOAuthError(tokens)) throw new Error(tokens.error_description)
    const renewed = await caller.session.refresh({ refresh_token: tokens.refresh_token })
    if (isOAuthError(renewed)) throw new Error(renewed.error_description)
    expect(await caller.session.end({ refresh_token: renewed.refresh_token })).toEqual({ ended: true })
    expect(await caller.session.refresh({ refresh_token: renewed.refresh_token })).toMatchObject({ reason: 'revoked' })
  })
})

test('server.info returns the document of /.well-known/osa', async () => {
  expect(await world().caller.server.info()).toEqual(testServerDocument)
})

test('the written-out router type is that of the router', () => {
  type Router = typeof appRouter
  expectTypeOf<inferRouterInputs<AppRouter>>().toEqualTypeOf<inferRouterInputs<Router>>()
  expectTypeOf<inferRouterOutputs<AppRouter>>().toEqualTypeOf<inferRouterOutputs<Router>>()
  expectTypeOf<Kinds<AppRouter['_def']['record']>>().toEqualTypeOf<Kinds<Router['_def']['record']>>()
  expectTypeOf<Router['_def']['_config']['$types']['errorShape']>().toExtend<CallErrorShape>()
  expectTypeOf<Router['_def']['_config']['$types']['transformer']>().toEqualTypeOf<true>()
})

/** The kind of each procedure: query, mutation or subscription. */
type Kinds<Record> = {
  [Name in keyof Record]: Record[Name] extends AnyTRPCProcedure ? Record[Name]['_def']['type'] : Kinds<Record[Name]>
}

test('the context gives procedures no access to an EntityManager', () => {
  expectTypeOf<keyof Context>().toEqualTypeOf<
    'auth' | 'conventions' | 'requester' | 'accessToken' | 'serverDocument' | 'stopping' | 'isUnavailable'
  >()
})
