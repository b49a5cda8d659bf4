/** Authority that ends after it was checked and before it is used (L10): by an operator, by the person, or by expiry. */
import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { createOperator } from '../../auth/operator.ts'
import { defaultPolicy } from '../../auth/policy.ts'
import { isRefusal } from '../../auth/refusal.ts'
import { manualClock } from '../manual-clock.ts'
import { testAuth, testRequester } from '../test-auth.ts'
import { callbackFor, testProvider } from '../test-provider.ts'
import type { OpenStores } from './flow-interleavings.ts'

/** Returns two nodes on one database. The provider of the first calls `meanwhile` before it answers. */
async function twoNodes(open: OpenStores) {
  const opened = await open()
  const clock = manualClock()
  const [first, second = first] = opened.stores
  if (!first || !second) throw new Error('no store')
  const provider = testProvider(clock.now)
  const asked = { meanwhile: async (): Promise<void> => undefined }
  const identityProviders = [
    {
      ...provider,
      async verifiedIdentity(callback: Parameters<typeof provider.verifiedIdentity>[0]) {
        await asked.meanwhile()
        return provider.verifiedIdentity(callback)
      },
    },
  ]
  const common = { now: clock.now, startTimer: clock.startTimer, random: randomBytes }
  const node = testAuth({ ...common, store: first, identityProviders })
  const operator = createOperator(testAuth({ ...common, store: second }).deps)
  return { ...node, store: first, clock, asked, operator, [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose]() }
}
type Nodes = Awaited<ReturnType<typeof twoNodes>>

const errorOf = (outcome: object) => (isRefusal(outcome) ? outcome.error : 'none')
const orcid = (subject: string) => ({ issuer: 'https://orcid.example', subject })

/** Registers the suite for the store that is called `name`. */
export function authorityContract(name: string, open: OpenStores): void {
  const meanwhiles: [string, (nodes: Nodes) => Promise<unknown>][] = [
    ['all sessions are revoked', ({ operator }) => operator.revokeSessions(null)],
    ['the sessions of its person are revoked', ({ operator }) => operator.revokeSessions(orcid('ada'))],
  ]
  test.each(meanwhiles)(
    `L10 on ${name}: a sign-in whose provider is just being called ends when %s`,
    async (_, revoke) => {
      await using nodes = await twoNodes(open)
      const { start, poll, signIn, arrive, auth, asked, store } = nodes
      await arrive((await start()).user_code, 'ada') // creates the person
      const { device_code, user_code } = await start()
      asked.meanwhile = () => revoke(nodes).then(() => undefined)
      expect(await signIn(user_code, 'ada')).toMatchObject({ refused: 'unknown_transaction' })
      const [event] = await store.listAuditEvents({ limit: 1, event: 'sign_in.refused' })
      expect(event).toMatchObject({ outcome: 'refused', detail: 'orcid ended' })

      asked.meanwhile = async () => undefined
      expect(errorOf(await poll(device_code)), 'the code is not claimed').toBe('authorization_pending')
      const again = await arrive(user_code, 'ada')
      expect(await auth.decideDevice({ ...again, decision: 'approve', requester: testRequester })).toBe('approved')
    },
  )

  test(`L10 on ${name}: a denial that comes back from the provider after all sign-ins were ended denies nothing`, async () => {
    await using nodes = await twoNodes(open)
    const { auth, asked, operator, start, poll } = nodes
    const { device_code, user_code } = await start()
    const entered = await auth.enterUserCode({ userCode: user_code, requester: testRequester, userId: null })
    if (entered.outcome !== 'found') throw new Error(entered.outcome)
    const [browser, requester] = [auth.newBrowserSecret(), testRequester]
    const begun = await auth.beginSignIn({
      ...{ providerId: 'orcid', browser, requester },
      ...{ device: entered.ticket, codeTyped: true, switchAccount: false },
    })
    if ('refused' in begun) throw new Error(begun.detail)
    asked.meanwhile = () => operator.revokeSessions(null).then(() => undefined)
    const parameters = callbackFor(begun.authorizationUrl, { error: 'access_denied' })
    expect(await auth.finishSignIn({ parameters, browser, session: null, requester })).toHaveProperty('refused')
    expect(errorOf(await poll(device_code))).toBe('authorization_pending')
  })

  const endings: [string, (nodes: Nodes, arrived: Awaited<ReturnType<Nodes['arrive']>>) => Promise<unknown>][] = [
    ['signed out', ({ auth }, { secret }) => auth.signOut(secret, testRequester)],
    [
      'was disabled',
      ({ store, clock }, { browser }) =>
        store.transaction((tx) => tx.saveUser({ ...browser.user, disabledAt: clock.now() })),
    ],
  ]
  test.each(endings)(
    `L10 on ${name}: a browser that %s after the page had checked it cannot approve, deny or release`,
    async (_, end) => {
      await using nodes = await twoNodes(open)
      const { auth, start, arrive, poll } = nodes
      const { device_code, user_code } = await start()
      const arrived = await arrive(user_code, 'ada')
      await end(nodes, arrived)
      for (const decision of ['approve', 'deny'] as const) {
        expect(await auth.decideDevice({ ...arrived, decision, requester: testRequester })).toBe('not_yours')
      }
      expect(await auth.switchAccount(arrived)).toBeNull()
      expect(errorOf(await poll(device_code))).toBe('authorization_pending')
    },
  )

  test(`L10 on ${name}: a browser whose session has expired meanwhile cannot approve`, async () => {
    await using nodes = await twoNodes(open)
    const { auth, start, arrive, clock } = nodes
    const { browserSessionLifetimeSeconds, deviceCodeLifetimeSeconds } = defaultPolicy
    const early = await arrive((await start()).user_code, 'ada')
    clock.advance({ seconds: browserSessionLifetimeSeconds - deviceCodeLifetimeSeconds + 1 })
    const { user_code } = await start()
    const entered = await auth.enterUserCode({ userCode: user_code, requester: testRequester, userId: null })
    if (entered.outcome !== 'found') throw new Error(entered.outcome)
    await nodes.store.transaction(async (tx) => {
      const device = await tx.lockDeviceAuthorization(entered.device.id)
      const { session, user } = early.browser
      if (device)
        await tx.saveDeviceAuthorization({ ...device, claimedByUserId: user.id, claimedBySessionId: session.id })
    })
    clock.advance({ seconds: deviceCodeLifetimeSeconds - 1 })
    const { browser } = early
    const deviceAuthorizationId = entered.device.id
    const decide = auth.decideDevice({ browser, deviceAuthorizationId, decision: 'approve', requester: testRequester })
    expect(await decide).toBe('not_yours')
  })

  test(`L10 on ${name}: a terminal or browser whose own session has ended meanwhile cannot end other sessions`, async () => {
    await using nodes = await twoNodes(open)
    const { auth, start, arrive, logIn, refresh } = nodes
    const [thiefs, victims] = [await logIn('ada'), await logIn('ada')]
    const principalOf = async (token: string) => {
      const principal = await auth.authenticate(token)
      if (isRefusal(principal)) throw new Error(principal.error)
      return principal
    }
    const [thief, victim] = [await principalOf(thiefs.access_token), await principalOf(victims.access_token)]
    const signedIn = await arrive((await start()).user_code, 'ada')
    const end = (actor: typeof thief | typeof signedIn.browser, sessionId: string) =>
      auth.revokeSession({ actor, sessionId, requester: testRequester })
    expect(await end(victim, thief.sessionId)).toBe('revoked')
    expect(await end(thief, victim.sessionId)).toBe('unauthorized')
    await auth.signOut(signedIn.secret, testRequester)
    expect(await end(signedIn.browser, victim.sessionId)).toBe('unauthorized')
    expect(errorOf(await refresh(victims.refresh_token))).toBe('none')
    expect(await end(victim, victim.sessionId), 'its own').toBe('revoked')
  })

  test(`L10 on ${name}: sessions that end one another concurrently, while an operator ends all, do not deadlock`, async () => {
    await using nodes = await twoNodes(open)
    const { auth, logIn, operator } = nodes
    const logins = [await logIn('ada'), await logIn('ada'), await logIn('ada'), await logIn('ada')]
    const principals = await Promise.all(logins.map(({ access_token }) => auth.authenticate(access_token)))
    const all = principals.flatMap((principal) => (isRefusal(principal) ? [] : [principal]))
    const outcomes = await Promise.all([
      ...all.flatMap((actor) =>
        all.map(({ sessionId }) => auth.revokeSession({ actor, sessionId, requester: testRequester })),
      ),
      operator.revokeSessions(orcid('ada')),
      operator.revokeSessions(null),
    ])
    expect(outcomes).toHaveLength(18)
    expect(await operator.revokeSessions(null)).toEqual({ revoked: 0, codes: 0 })
  })
}
