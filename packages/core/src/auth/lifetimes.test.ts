import { expect, test } from 'vitest'
import { testAuth, testRequester } from '../testing/test-auth.ts'
import { isRefusal } from './refusal.ts'

const errorOf = (outcome: object) => (isRefusal(outcome) ? outcome.error : 'none')

test('A14 RFC 8628 §5.4: a code is short-lived, and expires for terminal, page and decision at the announced time', async () => {
  const { auth, start, poll, arrive, clock } = testAuth()
  const [typed, claimed] = [await start(), await start()]
  expect(typed.expires_in).toBeLessThanOrEqual(600)
  const { browser, deviceAuthorizationId } = await arrive(claimed.user_code, 'carberry')
  const enter = () => auth.enterUserCode({ userCode: typed.user_code, requester: testRequester, userId: null })
  const approve = () =>
    auth.decideDevice({ browser, deviceAuthorizationId, decision: 'approve', requester: testRequester })

  clock.advance({ seconds: typed.expires_in - 3 })
  expect(errorOf(await poll(typed.device_code))).toBe('authorization_pending')
  expect((await enter()).outcome).toBe('found')
  clock.advance({ seconds: 6 })
  expect(errorOf(await poll(typed.device_code))).toBe('expired_token')
  expect((await enter()).outcome).toBe('not_usable')
  expect(await approve()).toBe('expired')
  expect(errorOf(await poll(claimed.device_code))).toBe('expired_token')
})

test('J03 a lecture hall of terminals behind one address, each polling at its interval, never gets slow_down', async () => {
  const { start, poll, refresh, logIn, clock } = testAuth()
  const hall: string[] = []
  for (let minute = 0; minute < 3; minute++) {
    for (let n = 0; n < 50; n++) hall.push((await start()).device_code)
    clock.advance({ seconds: 60 })
  }
  for (let round = 0; round < 60; round++) {
    const answers = await Promise.all(hall.map((deviceCode) => poll(deviceCode)))
    expect(new Set(answers.map(errorOf))).toEqual(new Set(['authorization_pending']))
    clock.advance({ seconds: 5 })
  }
  clock.advance({ seconds: 600 })
  const tokens = []
  for (let n = 0; n < 50; n++) tokens.push(await logIn(`person-${n}`))
  const refreshed = await Promise.all(tokens.map(({ refresh_token }) => refresh(refresh_token)))
  expect(new Set(refreshed.map(errorOf))).toEqual(new Set(['none']))
})

test('G18 the number of sessions of a person is not limited, as the README says: the hundredth sign-in ends no earlier one', async () => {
  const { auth, logIn, refresh, clock } = testAuth()
  const all = []
  for (let n = 0; n < 100; n++) {
    all.push(await logIn())
    clock.advance({ seconds: 5 })
  }
  const me = await auth.authenticate(all.at(-1)?.access_token ?? '')
  if (isRefusal(me)) throw new Error(me.error_description)
  const sessions = await auth.listSessions({ userId: me.user.id, currentSessionId: me.sessionId })
  expect(sessions).toHaveLength(100)
  expect(errorOf(await refresh(all[0]?.refresh_token ?? ''))).toBe('none')
})
