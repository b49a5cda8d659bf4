/** The operations of administrators in a browser, and the conditions that end their permission. */
import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { testAuth, testRequester } from '../testing/test-auth.ts'
import type { ByAdmin } from './auth.ts'
import type { SignedInBrowser } from './browser-operations.ts'
import { createOperator } from './operator.ts'
import { isRefusal } from './refusal.ts'

const orcid = (subject: string) => ({ issuer: 'https://orcid.example', subject })

async function administered() {
  const world = testAuth()
  const operator = createOperator(world.deps)
  const signIn = async (subject: string, role: 'user' | 'publisher' | 'admin') => {
    const { user_code } = await world.start()
    const { secret } = await world.arrive(user_code, subject)
    await operator.setRole(orcid(subject), role)
    const read = async (): Promise<SignedInBrowser> => {
      const browser = await world.auth.browserSession(secret)
      if (!browser) throw new Error('nobody is signed in')
      return browser
    }
    return { browser: await read(), read }
  }
  const { browser, read } = await signIn('ada', 'admin')
  const admin: ByAdmin = { browser, requester: testRequester }
  const { administration } = world.auth
  const actions = {
    endSession: (by: ByAdmin) => administration.endSession({ ...by, sessionId: randomUUID() }),
    endSessionsOf: (by: ByAdmin) => administration.endSessionsOf({ ...by, userId: by.browser.user.id }),
    setRole: (by: ByAdmin) => administration.setRole({ ...by, userId: by.browser.user.id, role: 'user' }),
    setDeviceGrant: (by: ByAdmin) => administration.setDeviceGrant({ ...by, enabled: false }),
    rotateKeys: (by: ByAdmin) => administration.rotateKeys({ ...by, atOnce: true }),
  }
  /** Tries each action. Returns the different outcomes, and the number of audit events that were added. */
  const tried = async (by: ByAdmin) => {
    const count = async () => (await world.store.listAuditEvents({ limit: 1_000 })).length
    const before = await count()
    const outcomes = []
    for (const act of Object.values(actions)) outcomes.push(await act(by))
    return { outcomes: [...new Set(outcomes)], events: (await count()) - before }
  }
  return { ...world, administration, operator, signIn, admin, read, tried }
}

test('L13 actions are refused ten minutes after the sign-in, and when the clock was set back before it', async () => {
  const { administration, admin, clock, tried } = await administered()
  expect(administration.standing(admin.browser)).toBeNull()
  clock.advance({ seconds: 599.999 })
  expect(administration.standing(admin.browser)).toBeNull()
  clock.advance({ seconds: 0.001 })
  expect(administration.standing(admin.browser)).toBe('stale')
  expect(await tried(admin)).toEqual({ outcomes: ['stale'], events: 0 })
  clock.advance({ seconds: -3_600 })
  expect(administration.standing(admin.browser)).toBe('stale')
  expect(await tried(admin)).toEqual({ outcomes: ['stale'], events: 0 })
})

test('L05 L13 every action refuses a person who is not an administrator, or was one until a moment ago', async () => {
  const { administration, admin, operator, read, signIn, tried } = await administered()
  for (const role of ['user', 'publisher'] as const) {
    const { read } = await signIn('bob', role)
    const browser = await read()
    expect(administration.standing(browser)).toBe('not_admin')
    expect(await tried({ ...admin, browser })).toEqual({ outcomes: ['not_admin'], events: 0 })
  }
  await operator.setRole(orcid('ada'), 'publisher')
  // with the browser as it was read before the role was removed
  expect(await tried(admin)).toEqual({ outcomes: ['not_admin'], events: 0 })
  expect(administration.standing(await read())).toBe('not_admin')
})

test('L13 every action refuses a browser whose session was ended or whose person was disabled', async () => {
  const { admin, operator, signIn, store, tried } = await administered()
  await store.transaction((tx) => tx.saveUser({ ...admin.browser.user, role: 'admin', disabledAt: new Date(0) }))
  expect(await tried(admin)).toEqual({ outcomes: ['not_signed_in'], events: 0 })
  const { browser } = await signIn('bob', 'admin')
  await operator.revokeSessions(orcid('bob'))
  expect(await tried({ ...admin, browser })).toEqual({ outcomes: ['not_signed_in'], events: 0 })
})

test('a person whom the settings of the node make an administrator may administer', async () => {
  const { auth, arrive, start } = testAuth({ roleGrants: ({ subject }) => (subject === 'ada' ? 'admin' : null) })
  const { browser } = await arrive((await start()).user_code, 'ada')
  const requester = testRequester
  expect(await auth.administration.setDeviceGrant({ browser, requester, enabled: false })).toBe('done')
  expect(await auth.administration.isDeviceGrantOn()).toBe(false)
  const [person] = await auth.administration.listPeople({ limit: 1 })
  expect([person?.user.role, person && auth.administration.roleOf(person)]).toEqual(['user', 'admin'])
})

test('administrators cannot change their own role, and if two demote each other at once, one of them remains', async () => {
  const { administration, admin, signIn } = await administered()
  const bob = { ...admin, browser: (await signIn('bob', 'admin')).browser }
  const idOf = ({ browser }: ByAdmin) => browser.user.id
  expect(await administration.setRole({ ...admin, userId: idOf(admin), role: 'admin' })).toBe('own_role')
  const outcomes = await Promise.all([
    administration.setRole({ ...admin, userId: idOf(bob), role: 'user' }),
    administration.setRole({ ...bob, userId: idOf(admin), role: 'user' }),
  ])
  expect(outcomes).toEqual(['done', 'not_admin'])
  expect((await administration.listPeople({ limit: 9 })).filter(({ user }) => user.role === 'admin')).toHaveLength(1)
})

test('L07 the audit records the actions of an administrator with their name and address', async () => {
  const { administration, admin, clock, logIn, refresh, operator } = await administered()
  const tokens = [await logIn('bob'), await logIn('bob'), await logIn('carol')]
  const [, second] = await administration.listSessions({ userId: null })
  expect(second).toMatchObject({ session: { device_name: 'laptop' }, person: { user: { id: expect.any(String) } } })
  const [bob] = await administration.listPeople({ limit: 1, search: 'bob' })
  const userId = bob?.user.id ?? ''
  const [first, ...others] = await administration.listSessions({ userId })
  expect(others).toHaveLength(1)
  const sessionId = first?.session.id ?? ''

  clock.advance({ seconds: 1 })
  const since = clock.now()
  expect(await administration.endSession({ ...admin, sessionId })).toBe('done')
  expect(await administration.endSession({ ...admin, sessionId })).toBe('unknown')
  expect(await administration.endSession({ ...admin, sessionId: 'no id' })).toBe('unknown')
  expect(await administration.endSessionsOf({ ...admin, userId })).toBe('done')
  expect(await administration.endSessionsOf({ ...admin, userId: randomUUID() })).toBe('unknown')
  expect(await administration.setRole({ ...admin, userId, role: 'publisher' })).toBe('done')
  expect(await administration.setRole({ ...admin, userId: 'no id', role: 'publisher' })).toBe('unknown')
  expect(await administration.setDeviceGrant({ ...admin, enabled: false })).toBe('done')
  expect(await administration.rotateKeys({ ...admin, atOnce: false })).toHaveProperty('rotated')
  expect(await administration.rotateKeys({ ...admin, atOnce: false })).toMatchObject({ refused: 'staged' })

  const alive = []
  for (const { refresh_token } of tokens) alive.push(!isRefusal(await refresh(refresh_token)))
  expect(alive).toEqual([false, false, true])
  const events = (await operator.listAudit({ limit: 99, since })) ?? []
  const { ip, requestId } = testRequester
  const adminId = admin.browser.user.id
  for (const [event, person, detail] of [
    ['session.revoke', userId, /^session_revoked, by .*\bada\b/],
    ['operator.revoke_sessions', userId, /^one person: 1 sessions, 0 codes, by .*\bada\b/],
    ['operator.role', userId, /^user to publisher, by .*\bada\b/],
    ['operator.device_grant', adminId, /^off, by .*\bada\b/],
    ['key.rotate', adminId, /, by .*\bada\b/],
  ] as const) {
    const recorded = { ip, requestId, userId: person, outcome: 'ok', detail: expect.stringMatching(detail) }
    expect(events.filter((row) => row.event === event)).toMatchObject([recorded])
  }
})
