/** L08: an end that was seen is final, even when the clock is set back. */
import { expect, test } from 'vitest'
import { testAuth, testRequester } from '../testing/test-auth.ts'
import { createOperator } from './operator.ts'
import { defaultPolicy } from './policy.ts'
import { isRefusal } from './refusal.ts'

const hour = 3_600
const { deviceCodeLifetimeSeconds, refreshIdleSeconds, accessTokenLifetimeSeconds } = defaultPolicy
const errorOf = (outcome: object) => (isRefusal(outcome) ? outcome.error : 'none')

test('L08 a device code that a poll saw expire stays expired, approved or not, when the clock is set back an hour', async () => {
  const { start, decide, poll, clock } = testAuth()
  const [pending, approved] = [await start(), await start()]
  await decide(approved.user_code)
  clock.advance({ seconds: deviceCodeLifetimeSeconds })
  expect(errorOf(await poll(pending.device_code))).toBe('expired_token')
  expect(errorOf(await poll(approved.device_code))).toBe('expired_token')
  clock.advance({ seconds: -hour })
  expect(errorOf(await poll(pending.device_code))).toBe('expired_token')
  expect(errorOf(await poll(approved.device_code))).toBe('expired_token')
})

test('L08 so does a code that was seen expired when it was typed or decided', async () => {
  const { auth, start, arrive, poll, clock } = testAuth()
  const [typed, claimed] = [await start(), await start()]
  const arrived = await arrive(claimed.user_code, 'ada')
  const enter = () => auth.enterUserCode({ userCode: typed.user_code, requester: testRequester, userId: null })
  const approve = () => auth.decideDevice({ ...arrived, decision: 'approve', requester: testRequester })
  clock.advance({ seconds: deviceCodeLifetimeSeconds })
  expect((await enter()).outcome).toBe('not_usable')
  expect(await approve()).toBe('expired')
  clock.advance({ seconds: -hour })
  expect((await enter()).outcome).toBe('not_usable')
  expect(await approve()).toBe('expired')
  expect(await auth.switchAccount(arrived)).toBeNull()
  for (const { device_code } of [typed, claimed]) expect(errorOf(await poll(device_code))).toBe('expired_token')
})

test('L08 a session that a refresh saw expired stays expired', async () => {
  const { logIn, refresh, clock, store } = testAuth()
  const { refresh_token } = await logIn()
  clock.advance({ seconds: refreshIdleSeconds })
  expect(await refresh(refresh_token)).toMatchObject({ reason: 'expired' })
  clock.advance({ seconds: -hour })
  expect(await refresh(refresh_token)).toMatchObject({ error: 'invalid_grant', reason: 'expired' })
  const events = await store.listAuditEvents({ limit: 100, event: 'session.revoke' })
  expect(events, 'it was not revoked').toEqual([])
})

test('L08 an access token that was seen expired stays expired, and a new one of the same session is valid', async () => {
  const { auth, logIn, refresh, clock } = testAuth()
  const { access_token, refresh_token } = await logIn()
  clock.advance({ seconds: accessTokenLifetimeSeconds + 61 })
  expect(await auth.authenticate(access_token)).toMatchObject({ reason: 'expired' })
  clock.advance({ seconds: -hour })
  expect(errorOf(await auth.authenticate(access_token))).toBe('invalid_token')
  const renewed = await refresh(refresh_token)
  if (isRefusal(renewed)) throw new Error(renewed.error)
  expect(errorOf(await auth.authenticate(renewed.access_token))).toBe('none')
  expect(errorOf(await auth.authenticate(access_token))).toBe('invalid_token')
})

test('L08 a browser session that was seen expired stays expired', async () => {
  const { auth, start, arrive, clock } = testAuth()
  const { secret } = await arrive((await start()).user_code, 'ada')
  expect(await auth.browserSession(secret)).not.toBeNull()
  clock.advance({ seconds: defaultPolicy.browserSessionLifetimeSeconds })
  expect(await auth.browserSession(secret)).toBeNull()
  clock.advance({ seconds: -hour })
  expect(await auth.browserSession(secret)).toBeNull()
})

test('L08 G04 the grace window of a retired token does not reopen', async () => {
  const { logIn, refresh, clock } = testAuth()
  const { refresh_token } = await logIn()
  clock.advance({ seconds: 100 })
  await refresh(refresh_token)
  clock.advance({ seconds: -hour })
  expect(errorOf(await refresh(refresh_token))).toBe('invalid_grant')
})

test('L08 after a step back polls are not slowed down, and the switch and the keys are read again', async () => {
  const { auth, deps, start, poll, logIn, clock } = testAuth()
  const operator = createOperator(deps)
  await logIn()
  clock.advance({ seconds: -hour })
  const { device_code } = await start()
  expect(errorOf(await poll(device_code))).toBe('authorization_pending')
  clock.advance({ seconds: -60 })
  for (let round = 0; round < 3; round++) {
    expect(errorOf(await poll(device_code))).toBe('authorization_pending')
    clock.advance({ seconds: 5 })
  }
  await operator.setDeviceGrant({ enabled: false })
  clock.advance({ seconds: -hour })
  const refused = await auth.startDeviceAuthorization({
    client: {
      clientId: 'osa-cli',
      clientName: '',
      grantTypes: ['urn:ietf:params:oauth:grant-type:device_code'],
      scope: ['profile'],
    },
    requester: testRequester,
  })
  expect(errorOf(refused)).toBe('temporarily_unavailable')
})

test('L08 after a mistaken step forward is undone, signing in works at once, and only what expired meanwhile is lost', async () => {
  const { auth, logIn, refresh, start, poll, clock } = testAuth()
  const { refresh_token } = await logIn()
  const before = await start()
  clock.advance({ seconds: 5 * hour })
  expect(errorOf(await poll(before.device_code))).toBe('expired_token')
  const future = await refresh(refresh_token)
  if (isRefusal(future)) throw new Error(future.error)
  clock.advance({ seconds: -5 * hour })
  const again = await refresh(future.refresh_token)
  if (isRefusal(again)) throw new Error(again.error)
  expect(errorOf(await auth.authenticate(again.access_token))).toBe('none')
  const { access_token } = await logIn('bob')
  expect(errorOf(await auth.authenticate(access_token))).toBe('none')
})
