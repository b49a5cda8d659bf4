import { describe, expect, test } from 'vitest'
import { manualClock } from '../testing/manual-clock.ts'
import { testAuth, testRequester } from '../testing/test-auth.ts'
import { callbackFor, testProvider } from '../testing/test-provider.ts'
import type { CookieSecret } from './secret.ts'

/** Enters a code and starts a sign-in, up to the provider. */
async function begin(world: ReturnType<typeof testAuth>) {
  const started = await world.start()
  const browser = world.auth.newBrowserSecret()
  const url = await world.beginSignIn(started.user_code, { browser })
  const finish = (parameters: URLSearchParams, from: CookieSecret | null = browser) =>
    world.auth.finishSignIn({ parameters, browser: from, session: null, requester: testRequester })
  return { started, browser, url, finish }
}

describe('signing in at a provider', () => {
  test('D01 E17 the callback signs the person in and approves nothing', async () => {
    const world = testAuth()
    const { started, url, finish } = await begin(world)
    expect(await finish(callbackFor(url, { subject: 'carberry' }))).toMatchObject({
      browser: { user: { displayName: 'Carberry' } },
    })
    expect(await world.poll(started.device_code)).toMatchObject({ error: 'authorization_pending' })
  })

  test('D22 neither the browser nor the provider gets the device code', async () => {
    const { started, url } = await begin(testAuth())
    expect(url.href).not.toContain(started.device_code)
    expect(Buffer.from(url.searchParams.get('state') ?? '', 'base64url').toString('latin1')).not.toContain(
      started.device_code,
    )
  })

  test('E01 E11 E22 RFC 9700 §4.7: a state is valid once, in the browser that started the sign-in, until it expires', async () => {
    const world = testAuth()
    const { url, browser, finish } = await begin(world)
    const callback = callbackFor(url, { subject: 'carberry' })
    expect(await finish(callback, world.auth.newBrowserSecret())).toMatchObject({ refused: 'unknown_transaction' })
    expect(await finish(callback, null)).toMatchObject({ refused: 'unknown_transaction' })
    const answers = await Promise.all(Array.from({ length: 10 }, () => finish(callback, browser)))
    expect(answers.filter((answer) => !('refused' in answer))).toHaveLength(1)

    const late = await begin(world)
    world.clock.advance({ seconds: 600 })
    expect(await late.finish(callbackFor(late.url, { subject: 'carberry' }))).toMatchObject({
      refused: 'unknown_transaction',
    })
  })

  test.each([
    'state=S&code=a&code=b',
    'state=S&state=S&code=a',
    'state=S&code=a&error=access_denied',
    'code=a',
    'state=&code=a',
  ])('E09 the ambiguous callback %s changes nothing', async (query) => {
    const world = testAuth()
    const { started, url, finish } = await begin(world)
    const state = url.searchParams.get('state') ?? ''
    expect(await finish(new URLSearchParams(query.replaceAll('S', state)))).toMatchObject({
      refused: 'unknown_transaction',
    })
    expect(await world.poll(started.device_code)).toMatchObject({ error: 'authorization_pending' })
    expect(await finish(callbackFor(url, { subject: 'carberry' }))).toHaveProperty('secret')
  })

  test('E08 a refusal at the provider denies the device; other failures and a refusal without state leave it pending', async () => {
    const world = testAuth()
    const denied = await begin(world)
    expect(await denied.finish(callbackFor(denied.url, { error: 'access_denied' }))).toMatchObject({
      refused: 'denied',
    })
    expect(await world.poll(denied.started.device_code)).toMatchObject({ error: 'access_denied' })

    const failed = await begin(world)
    expect(await failed.finish(callbackFor(failed.url, { error: 'server_error' }))).toMatchObject({
      refused: 'unreachable',
    })
    expect(await world.poll(failed.started.device_code)).toMatchObject({ error: 'authorization_pending' })

    const stateless = await begin(world)
    expect(await stateless.finish(new URLSearchParams('error=access_denied'))).toMatchObject({
      refused: 'unknown_transaction',
    })
    expect(await world.poll(stateless.started.device_code)).toMatchObject({ error: 'authorization_pending' })
  })

  test('E13 a person is identified by issuer and subject', async () => {
    const { arrive, start, auth } = testAuth()
    const users = []
    for (const subject of ['carberry', 'carberry', 'ada'])
      users.push((await arrive((await start()).user_code, subject)).browser.user.id)
    expect(users[0]).toBe(users[1])
    expect(users[0]).not.toBe(users[2])
    expect(auth.identityProviders).toHaveLength(1)
  })

  test('D14 every sign-in changes the cookie and invalidates the previous one', async () => {
    const { auth, signIn, start } = testAuth()
    const first = await signIn((await start()).user_code, 'carberry')
    if ('refused' in first) throw new Error(first.detail)
    const second = await signIn((await start()).user_code, 'carberry', { session: first.secret })
    if ('refused' in second) throw new Error(second.detail)
    expect(await auth.browserSession(first.secret)).toBeNull()
    expect(await auth.browserSession(second.secret)).toMatchObject({ session: { id: first.browser.session.id } })
    const stranger = await signIn((await start()).user_code, 'ada', { session: second.secret })
    if ('refused' in stranger) throw new Error(stranger.detail)
    expect(await auth.browserSession(second.secret)).toBeNull()
  })

  test('D25 a browser session expires after fifteen minutes and ends at once on signing out', async () => {
    const { auth, arrive, start, clock } = testAuth()
    const { secret } = await arrive((await start()).user_code, 'carberry')
    clock.advance({ seconds: 899 })
    expect(await auth.browserSession(secret)).not.toBeNull()
    clock.advance({ seconds: 1 })
    expect(await auth.browserSession(secret)).toBeNull()
    const again = await arrive((await start()).user_code, 'carberry')
    await auth.signOut(again.secret, testRequester)
    expect(await auth.browserSession(again.secret)).toBeNull()
  })

  test('I01 I02 I05 no secret is written to the store in plain text', async () => {
    const world = testAuth()
    const { started, browser, url, finish } = await begin(world)
    const written: unknown[] = []
    const transaction = world.deps.store.transaction.bind(world.deps.store)
    world.deps.store.transaction = (work) =>
      transaction((tx) =>
        work(
          new Proxy(tx, {
            get:
              (target, name: keyof typeof tx) =>
              (...args: never[]) => {
                written.push(args)
                return (target[name] as (...all: never[]) => Promise<never>)(...args)
              },
          }),
        ),
      )
    const signedIn = await finish(callbackFor(url, { subject: 'carberry' }))
    if ('refused' in signedIn || signedIn.deviceAuthorizationId === null) throw new Error('not signed in')
    const { browser: inBrowser, deviceAuthorizationId } = signedIn
    await world.auth.decideDevice({
      browser: inBrowser,
      deviceAuthorizationId,
      decision: 'approve',
      requester: testRequester,
    })
    const tokens = await world.poll(started.device_code)
    if ('error' in tokens) throw new Error(tokens.error)
    const text = JSON.stringify(written)
    const state = url.searchParams.get('state') ?? ''
    const code = started.user_code.replace('-', '')
    for (const secret of [
      started.device_code,
      tokens.refresh_token,
      tokens.access_token,
      browser,
      signedIn.secret,
      state,
      started.user_code,
      code,
    ]) {
      expect(text).not.toContain(secret)
    }
    expect(text.length).toBeGreaterThan(500)
  })
})

describe('deciding', () => {
  test('D02 C02 the confirm page shows the code as the terminal does, the client and the requester', async () => {
    const { auth, start, arrive } = testAuth()
    const { user_code } = await start()
    const { browser, deviceAuthorizationId } = await arrive(user_code, 'carberry')
    expect(await auth.reviewDevice({ browser, deviceAuthorizationId })).toMatchObject({
      userCode: user_code,
      clientName: 'OSA command line',
      askedSecondsAgo: 0,
      expired: false,
      device: { requesterIp: '192.0.2.7', deviceName: 'laptop', scope: 'profile conventions:write' },
    })
  })

  test('D15 D16 another session can neither see nor decide a request, whatever id it sends', async () => {
    const { auth, start, arrive, poll } = testAuth()
    const [mine, theirs] = [await start(), await start()]
    const { deviceAuthorizationId } = await arrive(mine.user_code, 'carberry')
    const { browser } = await arrive(theirs.user_code, 'mallory')
    for (const id of [deviceAuthorizationId, 'nonsense', '']) {
      expect(await auth.reviewDevice({ browser, deviceAuthorizationId: id })).toBeNull()
      expect(
        await auth.decideDevice({ browser, deviceAuthorizationId: id, decision: 'approve', requester: testRequester }),
      ).toBe('not_yours')
      expect(await auth.switchAccount({ browser, deviceAuthorizationId: id })).toBeNull()
    }
    expect(await poll(mine.device_code)).toMatchObject({ error: 'authorization_pending' })
  })

  test('D18 exactly one of several concurrent decisions counts', async () => {
    const { auth, start, arrive, poll } = testAuth()
    const { user_code, device_code } = await start()
    const { browser, deviceAuthorizationId } = await arrive(user_code, 'carberry')
    const decisions = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        auth.decideDevice({
          browser,
          deviceAuthorizationId,
          decision: n % 2 ? 'approve' : 'deny',
          requester: testRequester,
        }),
      ),
    )
    expect(decisions.filter((decision) => !decision.startsWith('already'))).toEqual(['denied'])
    expect(await poll(device_code)).toMatchObject({ error: 'access_denied' })
  })

  test('D19 an approval after the code has expired grants nothing and is answered with expired', async () => {
    const { auth, start, arrive, poll, clock } = testAuth()
    const { user_code, device_code } = await start()
    const { browser, deviceAuthorizationId } = await arrive(user_code, 'carberry')
    clock.advance({ seconds: 600 })
    expect(
      await auth.decideDevice({ browser, deviceAuthorizationId, decision: 'approve', requester: testRequester }),
    ).toBe('expired')
    expect(await poll(device_code)).toMatchObject({ error: 'expired_token' })
  })

  test('C13 another person can claim the code only after the account was switched', async () => {
    const { auth, start, arrive, signIn } = testAuth()
    const { user_code } = await start()
    const { browser, deviceAuthorizationId, secret } = await arrive(user_code, 'carberry')
    await expect(signIn(user_code, 'ada')).rejects.toThrow('not_usable')
    const ticket = await auth.switchAccount({ browser, deviceAuthorizationId })
    expect(ticket).toEqual({ deviceAuthorizationId, userCode: user_code })
    const next = await signIn(user_code, 'ada', { session: secret })
    expect(next).toMatchObject({ deviceAuthorizationId, browser: { user: { displayName: 'Ada' } } })
    expect(await auth.reviewDevice({ browser, deviceAuthorizationId })).toBeNull()
  })

  test('D05 a form token is valid only for its browser and its step', () => {
    const { auth } = testAuth()
    const token = auth.formToken('browser-1', 'enter')
    expect(auth.verifyFormToken('browser-1', 'enter', token)).toBe(true)
    expect(auth.verifyFormToken('browser-2', 'enter', token)).toBe(false)
    expect(auth.verifyFormToken('browser-1', 'decide', token)).toBe(false)
    expect(auth.verifyFormToken('browser-1', 'enter', '')).toBe(false)
  })

  test('L07 every step leaves exactly one audit event, without secrets', async () => {
    const { start, decide, poll, refresh, store } = testAuth()
    const { user_code, device_code } = await start()
    await decide(user_code)
    const tokens = await poll(device_code)
    if ('error' in tokens) throw new Error(tokens.error)
    await refresh(tokens.refresh_token)
    const events = await store.listAuditEvents({ limit: 100 })
    const names = events.map(({ event }) => event)
    for (const name of [
      'device.start',
      'sign_in',
      'device.claim',
      'device.approve',
      'device.redeem',
      'token.refresh',
    ]) {
      expect(
        names.filter((event) => event === name),
        name,
      ).toHaveLength(1)
    }
    const text = JSON.stringify(events)
    for (const secret of [user_code, device_code, tokens.refresh_token, tokens.access_token])
      expect(text).not.toContain(secret)
  })
})

test('J10 started sign-ins, and calls to a provider for invented codes, are limited by address and in total', async () => {
  const provider = testProvider(manualClock().now)
  let calls = 0
  const counting = {
    ...provider,
    verifiedIdentity: (callback: Parameters<typeof provider.verifiedIdentity>[0]) => {
      calls++
      return provider.verifiedIdentity(callback)
    },
  }
  const { auth, clock } = testAuth({ identityProviders: [counting] })
  const comeBack = async (source: string) => {
    const browser = auth.newBrowserSecret()
    const requester = { ...testRequester, ip: source, source }
    const begun = await auth.beginSignIn({
      providerId: 'orcid',
      browser,
      device: null,
      switchAccount: false,
      requester,
    })
    if ('refused' in begun) return begun.refused
    const parameters = callbackFor(begun.authorizationUrl, { subject: 'made-up' })
    const outcome = await auth.finishSignIn({ parameters, browser, session: null, requester })
    return 'refused' in outcome ? outcome.refused : 'signed in'
  }
  for (let n = 0; n < 200; n++) await comeBack('192.0.2.66')
  expect(calls).toBe(120)
  expect(await comeBack('192.0.2.66')).toBe('busy')
  expect(await comeBack('198.51.100.1')).toBe('signed in')
  clock.advance({ seconds: 60 })
  expect(await comeBack('192.0.2.66')).toBe('signed in')
  for (let n = 0; n < 2_000; n++) await comeBack(`10.0.${n >> 8}.${n & 255}`)
  expect(calls).toBe(121 + 1_200)
  // a few sources that use all they may leave something for others
  clock.advance({ seconds: 60 })
  for (let n = 0; n < 200 * 20; n++) await comeBack(`203.0.113.${n % 20}`)
  expect(await comeBack('198.51.100.9')).toBe('signed in')
})
