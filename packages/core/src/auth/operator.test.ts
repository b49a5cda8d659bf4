/** The operator's operations, on the memory store and a manual clock. */
import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { testAuth, testRequester } from '../testing/test-auth.ts'
import { callbackFor } from '../testing/test-provider.ts'
import { createAuth } from './create-auth.ts'
import { deriveKeys } from './keys.ts'
import { type AuditQuery, createOperator } from './operator.ts'
import { isRefusal } from './refusal.ts'

const orcid = (subject: string) => ({ issuer: 'https://orcid.example', subject })

function operated() {
  const world = testAuth()
  const operator = createOperator(world.deps)
  const audit = async (query: AuditQuery) => {
    const events = await operator.listAudit(query)
    if (!events) throw new Error('there is no such person')
    return events
  }
  return { ...world, operator, audit }
}

const kidOf = (accessToken: string): unknown =>
  JSON.parse(Buffer.from(accessToken.split('.')[0] ?? '', 'base64url').toString()).kid

test('L03 F12 a new key is published at once and signs when cached key sets have expired; the old key retires after its last token', async () => {
  const { audit, auth, clock, deps, logIn, operator, refresh } = operated()
  const before = await logIn()
  const oldKid = kidOf(before.access_token)
  clock.advance({ seconds: 1 }) // keys are listed by age
  const made = await operator.rotateKeys({ atOnce: false })
  if (!('rotated' in made)) throw new Error('the rotation was refused')
  const newKid = made.rotated.kid
  expect(made.rotated.stage).toBe('published')

  clock.advance({ seconds: 31 })
  const published = (await auth.publicKeys()).keys.map(({ kid }) => kid)
  expect(published).toEqual([oldKid, newKid])
  const staged = await refresh(before.refresh_token)
  if (isRefusal(staged)) throw new Error(staged.error)
  expect(kidOf(staged.access_token)).toBe(oldKid)

  clock.advance({ seconds: 360 })
  const after = await refresh(staged.refresh_token)
  if (isRefusal(after)) throw new Error(after.error)
  expect(kidOf(after.access_token)).toBe(newKid)
  expect((await operator.listKeys()).map(({ stage }) => stage)).toEqual(['retiring', 'signing'])
  expect(isRefusal(await auth.authenticate(staged.access_token))).toBe(false)

  clock.advance({ seconds: deps.policy.accessTokenLifetimeSeconds + 60 })
  expect((await operator.listKeys()).map(({ stage }) => stage)).toEqual(['retired', 'signing'])
  expect((await auth.publicKeys()).keys.map(({ kid }) => kid)).toEqual([newKid])
  expect(await audit({ limit: 1, event: 'key.rotate' })).toMatchObject([{ detail: expect.stringContaining(newKid) }])
})

test('F12 a second staged rotation waits for the first', async () => {
  const { logIn, operator } = operated()
  await logIn()
  await operator.rotateKeys({ atOnce: false })
  expect(await operator.rotateKeys({ atOnce: false })).toMatchObject({ refused: 'staged' })
  expect(await operator.listKeys()).toHaveLength(2)
})

test('I04 a rotation under another secret is refused, since the node could not open the new key', async () => {
  const { deps, logIn, operator } = operated()
  await logIn()
  const keys = deriveKeys(Buffer.alloc(32, 8), deps.random)
  const mistaken = createOperator({ ...deps, keys })
  expect(await mistaken.rotateKeys({ atOnce: false })).toEqual({ refused: 'other_secret' })
  expect(await mistaken.rotateKeys({ atOnce: true })).toEqual({ refused: 'other_secret' })
  expect((await operator.listKeys()).map(({ stage }) => stage)).toEqual(['signing'])
})

test('L03 L12 only keys that a new secret does not open are abandoned, and sessions end with the old secret', async () => {
  const { audit, client, deps, logIn, operator } = operated()
  const tokens = await logIn()
  expect(await operator.abandonKeys()).toEqual([])

  const renewedDeps = { ...deps, keys: deriveKeys(Buffer.alloc(32, 8), deps.random) }
  const renewed = createOperator(renewedDeps)
  await expect(createAuth(renewedDeps).publicKeys()).rejects.toThrow(/another OSA_SECRET/)
  expect(await renewed.abandonKeys()).toMatchObject([{ stage: 'retired' }])
  expect(await renewed.abandonKeys()).toEqual([])

  const auth = createAuth(renewedDeps)
  expect(isRefusal(await auth.authenticate(tokens.access_token))).toBe(true)
  const request = {
    clients: [client('osa-cli')],
    refreshToken: tokens.refresh_token,
    requester: testRequester,
  } as const
  // refresh tokens are made with the secret too, so none is valid under another one
  expect(await auth.exchangeRefreshToken(request)).toMatchObject({ error: 'invalid_grant', reason: 'unknown' })
  expect((await auth.publicKeys()).keys).toHaveLength(1)
  expect(await renewed.rotateKeys({ atOnce: false })).toMatchObject({ rotated: { stage: 'published' } })
  const events = await audit({ limit: 9, event: 'key.rotate' })
  const abandoned = events.filter(({ detail }) => /^retired, sealed under another secret: \S+$/.test(detail ?? ''))
  expect(abandoned).toHaveLength(1)
})

test('L10 an immediate rotation ends every access token within half a minute, and refreshing still works', async () => {
  const { auth, clock, logIn, operator, refresh } = operated()
  const { access_token, refresh_token } = await logIn()
  await operator.rotateKeys({ atOnce: false })
  await operator.rotateKeys({ atOnce: true })
  clock.advance({ seconds: 31 })
  expect((await operator.listKeys()).map(({ stage }) => stage)).toEqual(['retired', 'retired', 'signing'])
  expect(await auth.authenticate(access_token)).toMatchObject({ error: 'invalid_token' })
  const refreshed = await refresh(refresh_token)
  if (isRefusal(refreshed)) throw new Error(refreshed.error)
  expect(isRefusal(await auth.authenticate(refreshed.access_token))).toBe(false)
})

test('H09 an operator ends every session of one person, and no others', async () => {
  const { audit, logIn, operator, refresh } = operated()
  const [first, second] = [await logIn('ada'), await logIn('ada')]
  const bobs = await logIn('bob')
  expect(await operator.revokeSessions(orcid('ada'))).toEqual({ revoked: 2, codes: 0 })
  expect(await refresh(first.refresh_token)).toMatchObject({ error: 'invalid_grant' })
  expect(await refresh(second.refresh_token)).toMatchObject({ error: 'invalid_grant' })
  expect(isRefusal(await refresh(bobs.refresh_token))).toBe(false)
  const [event] = await audit({ limit: 1, event: 'operator.revoke_sessions' })
  const userId = event?.userId ?? ''
  expect(await operator.revokeSessions({ userId })).toEqual({ revoked: 0, codes: 0 })
})

test('H09 L10 an operator ends the sessions of all people', async () => {
  const { auth, logIn, operator, refresh } = operated()
  const all = [await logIn('ada'), await logIn('bob')]
  expect(await operator.revokeSessions(null)).toEqual({ revoked: 2, codes: 0 })
  for (const { access_token, refresh_token } of all) {
    expect(await refresh(refresh_token)).toMatchObject({ error: 'invalid_grant' })
    expect(isRefusal(await auth.authenticate(access_token))).toBe(true)
  }
})

test('H09 L10 approved and claimed codes and sign-ins in progress end together with the sessions', async () => {
  const { arrive, audit, auth, beginSignIn, clock, decide, logIn, operator, poll, start } = operated()
  const requester = { ip: '192.0.2.7', source: '192.0.2.7', userAgent: null, requestId: null }
  await logIn('ada')
  const [approved, claimed, bobs, unclaimed] = [await start(), await start(), await start(), await start()]
  await decide(approved.user_code, 'approve', 'ada')
  const arrived = await arrive(claimed.user_code, 'ada')
  await decide(bobs.user_code, 'approve', 'bob')
  expect(await operator.revokeSessions(orcid('ada'))).toEqual({ revoked: 1, codes: 2 })
  expect(await poll(approved.device_code)).toMatchObject({ error: 'expired_token' })
  expect(await auth.browserSession(arrived.secret)).toBeNull()
  expect(await auth.decideDevice({ ...arrived, decision: 'approve', requester })).toBe('expired')
  expect(await poll(bobs.device_code)).toMatchObject({ token_type: 'Bearer' })

  const browser = auth.newBrowserSecret()
  const url = await beginSignIn(unclaimed.user_code, { browser, requester })
  expect(await operator.revokeSessions(null)).toEqual({ revoked: 1, codes: 0 })
  const parameters = callbackFor(url, { subject: 'ada' })
  expect(await auth.finishSignIn({ parameters, browser, session: null, requester })).toMatchObject({
    refused: 'unknown_transaction',
  })
  // the code of that sign-in was not claimed and can still be used
  clock.advance({ seconds: 5 })
  await decide(unclaimed.user_code, 'approve', 'ada')
  expect(await poll(unclaimed.device_code)).toMatchObject({ token_type: 'Bearer' })
  const [event] = await audit({ limit: 1, event: 'operator.revoke_sessions' })
  expect(event?.detail).toBe('everybody: 1 sessions, 0 codes')
})

test('H09 an unknown person gives another answer than a person without sessions', async () => {
  const { audit, logIn, operator } = operated()
  await logIn('ada')
  expect(await operator.revokeSessions(orcid('nobody'))).toBeNull()
  expect(await operator.revokeSessions({ userId: randomUUID() })).toBeNull()
  expect(await operator.revokeSessions({ userId: 'not an id' })).toBeNull()
  expect(await audit({ limit: 1, event: 'operator.revoke_sessions' })).toEqual([])
})

test('a role is stored for someone who has signed in, and audited', async () => {
  const { audit, logIn, operator, store } = operated()
  await logIn('ada')
  expect(await operator.setRole(orcid('nobody'), 'admin')).toBeNull()
  const changed = await operator.setRole(orcid('ada'), 'publisher')
  const userId = changed?.userId ?? ''
  expect(changed).toEqual({ userId, before: 'user' })
  expect((await store.transaction((tx) => tx.findUser(userId)))?.role).toBe('publisher')
  const [event] = await audit({ limit: 1, event: 'operator.role' })
  expect(event).toMatchObject({ userId, detail: 'user to publisher' })
})

test('L10 half a minute after the switch nothing is started, approved or redeemed; pending codes stay pending, and sessions continue', async () => {
  const { arrive, audit, auth, client, clock, decide, deps, logIn, operator, poll, refresh, start } = operated()
  const tokens = await logIn()
  const [pending, other, approved] = [await start(), await start(), await start()]
  await decide(approved.user_code)
  await operator.setDeviceGrant({ enabled: false })
  clock.advance({ seconds: 31 })

  const requester = { ip: '192.0.2.7', source: '192.0.2.7', userAgent: null, requestId: null }
  const refused = await auth.startDeviceAuthorization({ client: client('osa-cli'), requester })
  expect(refused).toMatchObject({ error: 'temporarily_unavailable' })
  expect(refused).not.toHaveProperty('retryAfterSeconds')
  const arrived = await arrive(pending.user_code, 'ada')
  expect(await auth.decideDevice({ ...arrived, decision: 'approve', requester })).toBe('switched_off')
  expect(await poll(pending.device_code)).toMatchObject({ error: 'authorization_pending' })
  expect(await poll(approved.device_code)).toMatchObject({ error: 'authorization_pending' })
  expect(isRefusal(await refresh(tokens.refresh_token))).toBe(false)
  const judged = await arrive(other.user_code, 'bob')
  expect(await auth.decideDevice({ ...judged, decision: 'deny', requester })).toBe('denied')

  await operator.setDeviceGrant({ enabled: true })
  clock.advance({ seconds: 31 })
  expect(await auth.decideDevice({ ...arrived, decision: 'approve', requester })).toBe('approved')
  expect(await poll(approved.device_code)).toMatchObject({ token_type: 'Bearer' })
  const events = await audit({ limit: 10, event: 'operator.device_grant' })
  expect(events.map(({ detail }) => detail)).toEqual(['on', 'off'])

  await operator.setDeviceGrant({ enabled: false })
  clock.advance({ seconds: deps.policy.deviceCodeLifetimeSeconds })
  expect(await poll(pending.device_code)).toMatchObject({ error: 'expired_token' })
})

test('L07 the audit is listed newest first, up to a limit and back to an instant', async () => {
  const { audit, clock, logIn } = operated()
  await logIn('ada')
  clock.advance({ seconds: 60 })
  const since = clock.now()
  await logIn('bob')
  const recent = await audit({ limit: 100, since })
  expect(recent.length).toBeGreaterThan(0)
  expect(recent.every(({ at }) => at >= since)).toBe(true)
  expect((await audit({ limit: 100 })).length).toBe(2 * recent.length + 1) // the first key, made once
  expect(await audit({ limit: 2 })).toHaveLength(2)
})

test('L07 an operator lists the events of one person, by id or by issuer and subject', async () => {
  const { audit, logIn, operator } = operated()
  await logIn('ada')
  await logIn('bob')
  const named = await audit({ limit: 100, person: orcid('ada') })
  const did = ['device.approve', 'device.claim', 'device.redeem', 'sign_in']
  expect(named.map(({ event }) => event).sort()).toEqual(did)
  const [first] = named
  expect(await audit({ limit: 100, person: { userId: first?.userId ?? '' } })).toEqual(named)
  expect(await audit({ limit: 100, person: { userId: randomUUID() } })).toEqual([])
  expect(await operator.listAudit({ limit: 100, person: orcid('nobody') })).toBeNull()
})

test('L10 an operator sees one person with their sessions, and lists people by part of their name', async () => {
  const { clock, logIn, operator } = operated()
  await logIn('ada')
  clock.advance({ seconds: 1 })
  await logIn('bob')
  expect(await operator.listPeople({ limit: 10 })).toHaveLength(2)
  const [ada] = await operator.listPeople({ limit: 10, search: 'ADA' })
  const shown = await operator.showPerson(orcid('ada'))
  expect(shown).toMatchObject({ user: ada?.user, identities: [{ subject: 'ada' }], sessions: [{ revokedAt: null }] })
  expect(await operator.showPerson({ userId: ada?.user.id ?? '' })).toEqual(shown)
  await operator.revokeSessions(orcid('ada'))
  expect((await operator.showPerson(orcid('ada')))?.sessions).toEqual([])
  expect(await operator.showPerson(orcid('nobody'))).toBeNull()
  expect(await operator.showPerson({ userId: randomUUID() })).toBeNull()
})
