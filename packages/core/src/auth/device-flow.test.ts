import { randomBytes } from 'node:crypto'
import { describe, expect, test, vi } from 'vitest'
import { requesterAt, testAuth, testRequester } from '../testing/test-auth.ts'
import type { Auth } from './auth.ts'
import type { Client } from './client.ts'
import { isRefusal } from './refusal.ts'
import { type DeviceCode, sha256 } from './secret.ts'

const errorOf = (outcome: object) => (isRefusal(outcome) ? outcome.error : 'none')

describe('starting', () => {
  test('A01 RFC 8628 §3.2: the response has all six keys, whole seconds and no null', async () => {
    const started = await testAuth().start()
    expect(started).toEqual({
      device_code: expect.stringMatching(/^[\w-]{43}$/),
      user_code: expect.stringMatching(/^[A-Z]{4}-[A-Z]{4}$/),
      verification_uri: 'https://archive.example/device',
      verification_uri_complete: `https://archive.example/device?user_code=${started.user_code}`,
      expires_in: 600,
      interval: 5,
    })
  })

  test('A09 RFC 6749 §10.10: device codes are 256 random bits without structure', async () => {
    const { start, clock } = testAuth()
    const codes: string[] = []
    for (let n = 0; n < 200; n++) {
      codes.push((await start()).device_code)
      clock.advance({ seconds: 601 })
    }
    expect(new Set(codes).size).toBe(codes.length)
    expect(new Set(codes.map((code) => code.slice(0, 2))).size).toBeGreaterThan(100)
    for (const code of codes) expect(Buffer.from(code, 'base64url')).toHaveLength(32)
    const ascents = codes.filter((code, at) => at > 0 && code > (codes[at - 1] ?? '')).length
    expect(ascents).toBeGreaterThan(70) // sorted by time is not sorted by value
    expect(ascents).toBeLessThan(130)
  })

  test('A05 a known client without the device grant is refused with unauthorized_client', async () => {
    const { auth, client } = testAuth()
    const outcome = await auth.startDeviceAuthorization({ client: client('no-device'), requester: testRequester })
    expect(errorOf(outcome)).toBe('unauthorized_client')
  })

  test.each(['root admin:all', '"', 'profile  conventions:write', 'profile\nprofile', 'PROFILE'])(
    'A08 RFC 6749 §3.3: the scope %j is refused, not narrowed',
    async (scope) => {
      const { auth, client } = testAuth()
      const outcome = await auth.startDeviceAuthorization({
        client: client('osa-cli'),
        scope,
        requester: testRequester,
      })
      expect(errorOf(outcome)).toBe('invalid_scope')
    },
  )

  test('C15 a user code is not issued again until a day after it ended, even when its row has been removed', async () => {
    // only two possible codes, so that they collide
    let drawn = 0
    const random = (bytes: number): Uint8Array =>
      bytes === 8 ? new Uint8Array(8).fill(drawn++ % 2) : new Uint8Array(randomBytes(bytes))
    const { auth, clock, store, client } = testAuth({ random })
    const tryStart = () => auth.startDeviceAuthorization({ client: client('osa-cli'), requester: testRequester })
    const [first, second] = [await tryStart(), await tryStart()]
    expect([first, second]).toMatchObject([{ user_code: 'BBBB-BBBB' }, { user_code: 'CCCC-CCCC' }])
    const sweep = () => {
      const now = clock.now()
      const instants = { now, idleSince: now, device: now, login: now, browser: now, family: now, familyIdle: now }
      return store.sweep({ ...instants, signingKey: now, accessToken: now, audit: now, batch: 100 })
    }
    clock.advance({ seconds: 601 })
    expect(await sweep()).toMatchObject({ device_authorizations: 2, reserved_user_codes: 0 })
    expect(await tryStart()).toMatchObject({ error: 'temporarily_unavailable' })
    clock.advance({ seconds: 86_400 - 10 })
    await sweep()
    expect(await tryStart()).toMatchObject({ error: 'temporarily_unavailable' })
    clock.advance({ seconds: 10 })
    expect(await sweep()).toMatchObject({ reserved_user_codes: 2 })
    expect(isRefusal(await tryStart())).toBe(false)
  })

  test('A22 a taken user code is drawn again, and a full code space is refused without throwing', async () => {
    const { auth, deps, client } = testAuth({ random: (bytes) => new Uint8Array(bytes) })
    const begin = () => auth.startDeviceAuthorization({ client: client('osa-cli'), requester: testRequester })
    expect(isRefusal(await begin())).toBe(false)
    expect(errorOf(await begin())).toBe('temporarily_unavailable')
    expect(await deps.store.countPendingBySource(deps.now())).toEqual(new Map([[testRequester.source, 1]]))
  })

  test('J01 J02 starts and pending codes of one source are limited, and other sources are not affected', async () => {
    const { auth, clock, client, deps } = testAuth({})
    const from = (ip: string) =>
      auth.startDeviceAuthorization({ client: client('osa-cli'), requester: { ...testRequester, ip, source: ip } })
    for (let n = 0; n < 60; n++) expect(errorOf(await from('192.0.2.1'))).toBe('none')
    expect(await from('192.0.2.1')).toMatchObject({ error: 'temporarily_unavailable', retryAfterSeconds: 60 })
    expect(errorOf(await from('192.0.2.2'))).toBe('none')
    for (let minute = 0; minute < 3; minute++) {
      clock.advance({ seconds: 60 })
      for (let n = 0; n < 60; n++) await from('192.0.2.1')
    }
    expect(errorOf(await from('192.0.2.1'))).toBe('temporarily_unavailable')
    const pending = await deps.store.countPendingBySource(deps.now())
    expect(pending.get('192.0.2.1')).toBe(deps.policy.maxPendingBySource)
    expect(errorOf(await from('192.0.2.2'))).toBe('none')
  })

  test('J02 starts that failed with the database hold no places when it is back', async () => {
    const { auth, client, clock, deps, store } = testAuth()
    const begin = () => auth.startDeviceAuthorization({ client: client('osa-cli'), requester: testRequester })
    const working = store.startDeviceAuthorization
    store.startDeviceAuthorization = () => Promise.reject(new Error('away'))
    for (let n = 0; n < deps.policy.maxPendingBySource; n++) {
      if (n % 50 === 0) clock.advance({ seconds: 60 })
      await expect(begin()).rejects.toThrow('away')
    }
    store.startDeviceAuthorization = working
    clock.advance({ seconds: 60 })
    expect(isRefusal(await begin())).toBe(false)
  })

  test('J02 forty sources that start as much as they may, minute after minute, block neither new starts nor polls', async () => {
    const { auth, clock, client, start, poll } = testAuth({})
    const from = (source: string) =>
      auth.startDeviceAuthorization({ client: client('osa-cli'), requester: { ...testRequester, source } })
    const { device_code } = await start()
    for (let minute = 0; minute < 3; minute++) {
      for (let n = 0; n < 60 * 40; n++) await from(`2001:db8:0:${n % 40}::/64`)
      expect(errorOf(await from(`198.51.100.${minute}`)), `minute ${minute}`).toBe('none')
      expect(await poll(device_code)).toMatchObject({ error: 'authorization_pending' })
      clock.advance({ seconds: 60 })
    }
  })
})

describe('polling', () => {
  test('B01 B02 RFC 8628 §3.5: slow_down lengthens the interval for all later polls', async () => {
    const { start, poll, clock } = testAuth()
    const { device_code } = await start()
    const answers: string[] = []
    for (const wait of [0, 1, 6, 16, 16, 6]) {
      clock.advance({ seconds: wait })
      const outcome = await poll(device_code)
      answers.push(isRefusal(outcome) ? `${outcome.error} ${outcome.interval ?? ''}`.trim() : 'tokens')
    }
    expect(answers).toEqual([
      'authorization_pending',
      'slow_down 10',
      'slow_down 15',
      'authorization_pending',
      'authorization_pending',
      'slow_down 20',
    ])
  })

  test('B03 a client that waits its interval, plus or minus 400 ms, never gets slow_down, not even at its first poll', async () => {
    const { start, poll, clock } = testAuth()
    const { device_code } = await start()
    for (let n = 0; n < 40; n++) {
      expect(errorOf(await poll(device_code))).toBe('authorization_pending')
      clock.advance({ seconds: n % 2 === 0 ? 4.6 : 5.4 })
    }
  })

  test('B04 the interval in slow_down is the whole new interval', async () => {
    const { start, poll } = testAuth()
    const { device_code } = await start()
    await poll(device_code)
    expect(await poll(device_code)).toMatchObject({ error: 'slow_down', interval: 10 })
  })

  test('B05 fast polls of one code do not slow down another', async () => {
    const { start, poll } = testAuth()
    const [hasty, calm] = [await start(), await start()]
    for (let n = 0; n < 5; n++) await poll(hasty.device_code)
    expect(errorOf(await poll(calm.device_code))).toBe('authorization_pending')
  })

  test('B07 B08 RFC 8628 §3.4: an approved code gives tokens once, then invalid_grant', async () => {
    const { start, poll, decide } = testAuth()
    const { device_code, user_code } = await start()
    await decide(user_code)
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => poll(device_code)))
    expect(outcomes.filter((outcome) => !isRefusal(outcome))).toHaveLength(1)
    expect(new Set(outcomes.map(errorOf))).toEqual(new Set(['none', 'invalid_grant']))
  })

  test('B06 B36 the token response has token_type Bearer, whole seconds and the granted scope', async () => {
    const { logIn } = testAuth()
    expect(await logIn()).toEqual({
      access_token: expect.any(String),
      refresh_token: expect.stringMatching(/^[\w-]{91}$/),
      token_type: 'Bearer',
      expires_in: 900,
      scope: 'profile conventions:write',
    })
  })

  test('B09 every second redemption ends the session and explains it, however soon the honest terminal polls', async () => {
    for (const wait of [3, 5, 29, 31, 3_000]) {
      const { start, poll, decide, refresh, clock, store } = testAuth()
      const { device_code, user_code } = await start()
      await decide(user_code)
      const stolen = await poll(device_code, undefined, requesterAt('198.51.100.66'))
      if (isRefusal(stolen)) throw new Error(stolen.error)
      clock.advance({ seconds: wait })
      expect(await poll(device_code)).toMatchObject({
        error: 'invalid_grant',
        error_description: expect.stringContaining('someone else has the code'),
      })
      expect(errorOf(await refresh(stolen.refresh_token)), `after ${wait} s`).toBe('invalid_grant')
      const [event] = await store.listAuditEvents({ limit: 1, event: 'device.redeem_reuse' })
      expect(event).toMatchObject({ outcome: 'refused', ip: '192.0.2.7' })
    }
  })

  test('B09 concurrent polls of one terminal count as one redemption, and its session continues', async () => {
    const { start, poll, decide, refresh, clock } = testAuth()
    const { device_code, user_code } = await start()
    await decide(user_code)
    const [tokens, ...others] = await Promise.all([1, 2, 3, 4].map(() => poll(device_code)))
    if (!tokens || isRefusal(tokens)) throw new Error('the first poll redeems')
    expect(others.map(errorOf)).toEqual(['invalid_grant', 'invalid_grant', 'invalid_grant'])
    const rotated = await refresh(tokens.refresh_token)
    if (isRefusal(rotated)) throw new Error(rotated.error)
    clock.advance({ seconds: 3 })
    expect(errorOf(await poll(device_code)), 'a later poll is a second redemption').toBe('invalid_grant')
    expect(errorOf(await refresh(rotated.refresh_token))).toBe('invalid_grant')
  })

  test('B09 concurrent polls from two sources end the session, since one of them has a copied code', async () => {
    const { start, poll, decide, refresh } = testAuth()
    const { device_code, user_code } = await start()
    await decide(user_code)
    const [stolen, honest] = await Promise.all([
      poll(device_code, undefined, requesterAt('198.51.100.66')),
      poll(device_code),
    ])
    if (isRefusal(stolen)) throw new Error(stolen.error)
    expect(errorOf(honest)).toBe('invalid_grant')
    expect(errorOf(await refresh(stolen.refresh_token))).toBe('invalid_grant')
  })

  test('B10 B14 after its lifetime a code gets expired_token, even when the poll is early', async () => {
    const { start, poll, clock } = testAuth()
    const { device_code } = await start()
    clock.advance({ seconds: 600 })
    expect(errorOf(await poll(device_code))).toBe('expired_token')
    expect(errorOf(await poll(device_code))).toBe('expired_token')
    clock.advance({ seconds: 60 })
    expect(errorOf(await poll(device_code))).toBe('expired_token')
  })

  test('B11 RFC 8628 §3.5: approval does not stop the clock', async () => {
    const { start, poll, decide, clock } = testAuth()
    const { device_code, user_code } = await start()
    clock.advance({ seconds: 590 })
    expect(await decide(user_code)).toBe('approved')
    clock.advance({ seconds: 10 })
    expect(errorOf(await poll(device_code))).toBe('expired_token')
  })

  test('B12 the next poll learns of a denial, which is final', async () => {
    const { auth, start, poll, arrive } = testAuth()
    const { device_code, user_code } = await start()
    const { browser, deviceAuthorizationId } = await arrive(user_code, 'carberry')
    const decide = (decision: 'approve' | 'deny') =>
      auth.decideDevice({ browser, deviceAuthorizationId, decision, requester: testRequester })
    expect(await decide('deny')).toBe('denied')
    expect(errorOf(await poll(device_code))).toBe('access_denied')
    expect(await decide('approve')).toBe('already_denied')
    expect(errorOf(await poll(device_code))).toBe('access_denied')
  })

  test('B13 C14 unknown device codes and user codes get invalid_grant', async () => {
    const { start, poll } = testAuth()
    const { user_code } = await start()
    for (const code of ['A'.repeat(43), '__proto__', '', user_code])
      expect(errorOf(await poll(code))).toBe('invalid_grant')
  })

  test('B19 RFC 6749 §5.2: a client without the grant gets unauthorized_client from every operation, whatever it presents', async () => {
    const { auth, start, poll, decide, client, logIn, refresh } = testAuth()
    const { device_code, user_code } = await start()
    await decide(user_code)
    const { refresh_token } = await logIn('carberry', client('no-refresh'))
    const [noDevice, noRefresh] = [client('no-device'), client('no-refresh')]
    const watch = await auth.watchDeviceAuthorization({
      clients: [noDevice],
      deviceCodeHash: sha256(device_code as DeviceCode),
      requester: testRequester,
      signal: new AbortController().signal,
    })
    expect(watch).toMatchObject({ error: 'unauthorized_client' })
    for (const code of [device_code, 'unknown']) {
      expect(errorOf(await poll(code, noDevice))).toBe('unauthorized_client')
    }
    for (const token of [refresh_token, 'unknown']) {
      expect(errorOf(await refresh(token, { client: noRefresh }))).toBe('unauthorized_client')
    }
    expect(errorOf(await poll(device_code)), 'the code is unaffected').toBe('none')
  })

  test('B15 RFC 6749 §5.2: another client gets invalid_grant and does not affect the code', async () => {
    const { start, poll, decide, client } = testAuth()
    const { device_code, user_code } = await start()
    expect(errorOf(await poll(device_code, client('other-tool')))).toBe('invalid_grant')
    await decide(user_code)
    expect(errorOf(await poll(device_code, client('other-tool')))).toBe('invalid_grant')
    expect(errorOf(await poll(device_code))).toBe('none')
  })

  test('B32 even a poll that comes too early learns of a decision', async () => {
    const { start, poll, decide } = testAuth()
    const { device_code, user_code } = await start()
    await poll(device_code)
    expect(errorOf(await poll(device_code))).toBe('slow_down')
    await decide(user_code)
    expect(errorOf(await poll(device_code))).toBe('none')
  })

  test('B34 tokens have exactly the scope that was requested at the start', async () => {
    const { start, poll, decide } = testAuth()
    const { device_code, user_code } = await start({ scope: 'profile' })
    await decide(user_code)
    expect(await poll(device_code)).toMatchObject({ scope: 'profile' })
  })

  test('B35 a person disabled between approval and poll gets no tokens', async () => {
    const { start, poll, arrive, auth, store, clock } = testAuth()
    const { device_code, user_code } = await start()
    const { browser, deviceAuthorizationId } = await arrive(user_code, 'carberry')
    await auth.decideDevice({ browser, deviceAuthorizationId, decision: 'approve', requester: testRequester })
    await store.transaction((tx) => tx.saveUser({ ...browser.user, disabledAt: clock.now() }))
    expect(errorOf(await poll(device_code))).toBe('access_denied')
  })

  test('B31 after a failure during redemption the next poll succeeds', async () => {
    const { auth, deps, start, decide, poll } = testAuth()
    const { device_code, user_code } = await start()
    await decide(user_code)
    await auth.publicKeys() // the key ring is loaded before the store starts to fail
    const { redeemDeviceAuthorization } = deps.store
    deps.store.redeemDeviceAuthorization = () => Promise.reject(new Error('connection lost before commit'))
    await expect(poll(device_code)).rejects.toThrow('connection lost')
    deps.store.redeemDeviceAuthorization = redeemDeviceAuthorization
    expect(errorOf(await poll(device_code))).toBe('none')
    expect(errorOf(await poll(device_code))).toBe('invalid_grant')
  })
})

describe('unknown device codes', () => {
  const guess = (auth: Auth, client: Client, source: string, n: number) =>
    auth.exchangeDeviceCode({
      clients: [client],
      deviceCode: `no-such-code-${n}`,
      requester: { ...testRequester, source },
    })

  test('J01 J03 a source that polls many invented codes gets slow_down, but an honest terminal at the same address never does', async () => {
    const { auth, client, clock, start, poll, store, deps } = testAuth()
    const { device_code } = await start()
    const cli = client('osa-cli')
    const [lookUp, spend] = [vi.spyOn(store, 'findPolled'), vi.spyOn(deps.limiter, 'spend')]
    const from = testRequester.source
    for (let n = 0; n < 600; n++) expect(await guess(auth, cli, from, n)).toMatchObject({ reason: 'unknown' })
    expect(await guess(auth, cli, from, 600)).toMatchObject({ error: 'slow_down' })
    expect(lookUp).toHaveBeenCalledTimes(601)
    expect(spend).not.toHaveBeenCalled()
    expect(await poll(device_code)).toMatchObject({ error: 'authorization_pending' })
    expect(await guess(auth, cli, '192.0.2.66', 601)).toMatchObject({ reason: 'unknown' })
    clock.advance({ seconds: 60 })
    expect(await guess(auth, cli, from, 602)).toMatchObject({ reason: 'unknown' })
  })
})
