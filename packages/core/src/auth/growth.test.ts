/**
 * How much callers can make the database grow. Each operation is called far over its budget, and the rows that remain are
 * counted. The table in `apps/docs/security.md` has the same figures. Audit events are kept longest, 90 days.
 */
import { expect, test } from 'vitest'
import { createConventions } from '../conventions/create-conventions.ts'
import { memoryConventionStore } from '../testing/memory-convention-store.ts'
import { requesterAt, testAuth, testRequester } from '../testing/test-auth.ts'
import { callbackFor } from '../testing/test-provider.ts'
import { isRefusal } from './refusal.ts'

type World = ReturnType<typeof testAuth>

/** Counts audit events by name. */
async function rows({ store }: World): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const { event } of await store.listAuditEvents({ limit: 1_000_000 })) counts[event] = (counts[event] ?? 0) + 1
  return counts
}
/** Counts the audit events that `work` adds, by name. */
async function growth(world: World, work: () => Promise<unknown>): Promise<Record<string, number>> {
  const before = await rows(world)
  await work()
  const added = Object.entries(await rows(world)).map(
    ([event, count]) => [event, count - (before[event] ?? 0)] as const,
  )
  return Object.fromEntries(added.filter(([, count]) => count > 0))
}
async function repeatedly(count: number, work: (n: number) => Promise<unknown>) {
  for (let n = 0; n < count; n++) await work(n)
}
const addressOf = (n: number) => `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`

test('J02 wrong codes of one source leave ten rows in ten minutes, and one more that counts the guesses over the budget', async () => {
  const world = testAuth()
  const guess = () => world.auth.enterUserCode({ userCode: 'BBBBBBBB', requester: testRequester, userId: null })
  expect(await growth(world, () => repeatedly(1_010, guess))).toEqual({
    'device.code_refused': 10,
    'device.code_limited': 1,
  })
  const [event] = await world.store.listAuditEvents({ limit: 10, event: 'device.code_limited' })
  expect(event?.detail).toBe('refused so far: 1000')
  world.clock.advance({ seconds: 600 })
  expect(await growth(world, () => repeatedly(15, guess)), 'the next window').toEqual({
    'device.code_refused': 10,
    'device.code_limited': 1,
  })
})

test('J02 C06 wrong codes of many sources, with no code pending, leave at most 3,004 rows in ten minutes, and 300 for guesses over the budget', async () => {
  const world = testAuth()
  const guess = (n: number) =>
    world.auth.enterUserCode({ userCode: 'BBBBBBBB', requester: requesterAt(addressOf(n)), userId: null })
  const added = await growth(world, () => repeatedly(4_000, guess))
  expect(added['device.code_refused']).toBeLessThanOrEqual(3_004)
  expect(added['device.code_refused']).toBeGreaterThan(2_500)
  expect(added['device.code_limited']).toBe(300)
})

test('J01 J02 starts of one source leave 60 audit events in a minute', async () => {
  const world = testAuth()
  const [client] = [world.client('osa-cli')]
  const start = () => world.auth.startDeviceAuthorization({ client, requester: testRequester })
  expect(await growth(world, () => repeatedly(300, start))).toEqual({ 'device.start': 60 })
})

test('J10 sign-ins of one source leave 120 audit events in a minute, and repeated callbacks count once', async () => {
  const world = testAuth()
  const { auth } = world
  const browser = auth.newBrowserSecret()
  const attempt = async () => {
    const begun = await auth.beginSignIn({
      ...{ providerId: 'orcid', browser, device: null },
      ...{ switchAccount: false, requester: testRequester },
    })
    if ('refused' in begun) return
    const parameters = callbackFor(begun.authorizationUrl, { error: 'server_error' })
    await repeatedly(3, () => auth.finishSignIn({ parameters, browser, session: null, requester: testRequester }))
  }
  expect(await growth(world, () => repeatedly(300, attempt))).toEqual({ 'sign_in.refused': 120 })
})

test('J02 polls, watches, refreshes, revocations, introspections and calls without anything valid leave no audit events', async () => {
  const world = testAuth()
  const { auth, client, start, poll, refresh } = world
  const { device_code } = await start()
  await auth.publicKeys() // makes the first key, which has its own audit event
  const [cli, signal] = [client('osa-cli'), AbortSignal.abort()]
  const nothing = () =>
    repeatedly(200, async (n) => {
      const token = `${n}`.padStart(43, 'x')
      await poll(token)
      await poll(device_code)
      await refresh(token)
      await auth.revokeToken({ clients: [cli], token, requester: testRequester })
      await auth.introspectToken({ client: cli, token: `a.b.${n}`, requester: testRequester })
      await auth.authenticate(`a.b.${n}`)
      await auth.browserSession(auth.newBrowserSecret())
      await auth.signOut(auth.newBrowserSecret(), testRequester)
      const watch = { clients: [cli] as const, deviceCodeHash: token, requester: testRequester, signal }
      await auth.watchDeviceAuthorization(watch)
    })
  expect(await growth(world, nothing)).toEqual({})
})

test('J02 an event that can happen once leaves one row, however often it is requested', async () => {
  const world = testAuth()
  const { auth, start, arrive, poll, client, refresh } = world
  const { device_code, user_code } = await start()
  const arrived = await arrive(user_code, 'ada')
  const approve = () => auth.decideDevice({ ...arrived, decision: 'approve', requester: testRequester })
  expect(await growth(world, () => repeatedly(50, approve))).toEqual({ 'device.approve': 1 })
  const tokens = await poll(device_code)
  if (isRefusal(tokens)) throw new Error(tokens.error)
  world.clock.advance({ seconds: 10 })
  expect(await growth(world, () => repeatedly(50, () => poll(device_code)))).toEqual({ 'device.redeem_reuse': 1 })
  expect(await growth(world, () => repeatedly(50, () => refresh(tokens.refresh_token)))).toEqual({})

  const session = await world.logIn('ada')
  const principal = await auth.authenticate(session.access_token)
  if (isRefusal(principal)) throw new Error(principal.error)
  const { sessionId } = principal
  const revoke = { clients: [client('osa-cli')] as const, token: session.refresh_token, requester: testRequester }
  const end = async () => {
    await auth.revokeToken(revoke)
    await auth.revokeSession({ actor: principal, sessionId, requester: testRequester })
  }
  expect(await growth(world, () => repeatedly(50, end))).toEqual({ 'session.revoke': 1 })
  const signOut = () => auth.signOut(arrived.secret, testRequester)
  expect(await growth(world, () => repeatedly(50, signOut))).toEqual({ sign_out: 1 })
})

test('J02 a session can refresh 600 times at once and then once in 15 s, each with one row; other sessions are not affected', async () => {
  const world = testAuth()
  let held = (await world.logIn()).refresh_token
  const other = await world.logIn()
  const renew = async () => {
    const outcome = await world.refresh(held)
    if (isRefusal(outcome)) return outcome
    held = outcome.refresh_token
    return null
  }
  expect(await growth(world, () => repeatedly(1_000, renew))).toEqual({ 'token.refresh': 600 })
  expect(await renew()).toMatchObject({ error: 'temporarily_unavailable', retryAfterSeconds: 15 })
  expect(isRefusal(await world.refresh(other.refresh_token))).toBe(false)
  world.clock.advance({ seconds: 15 })
  expect([await renew(), (await renew())?.error]).toEqual([null, 'temporarily_unavailable'])
  world.clock.advance({ seconds: -3_600 })
  expect(await renew(), 'after the clock was set back it need not wait').toBeNull()
  const pace = async () => {
    world.clock.advance({ seconds: 15 })
    await repeatedly(4, renew)
  }
  const inAnHour = await growth(world, () => repeatedly(240, pace))
  expect(inAnHour['token.refresh']).toBe(240 + 599)
})

test('J02 G04 repeats of one refresh leave ten rows, and then end the session', async () => {
  const world = testAuth()
  const { refresh_token } = await world.logIn()
  expect(await growth(world, () => repeatedly(100, () => world.refresh(refresh_token)))).toEqual({
    ...{ 'token.refresh': 1, 'token.refresh_replay': 10 },
    'token.refresh_reuse': 1,
  })
})

test('J02 deploys of one account leave at most 300 audit events in an hour, even refused ones', async () => {
  const world = testAuth()
  const conventions = createConventions({ ...world.deps, store: memoryConventionStore(world.store) })
  const principal = await world.auth.authenticate((await world.logIn()).access_token)
  if (isRefusal(principal)) throw new Error(principal.error)
  const deploy = () => conventions.deploy({ principal, manifests: [{}], requester: testRequester })
  expect(await growth(world, () => repeatedly(500, deploy))).toEqual({ 'convention.deploy': 300 })
})
