import { describe, expect, test } from 'vitest'
import { testAuth, testRequester } from '../testing/test-auth.ts'
import { isRefusal } from './refusal.ts'

const from = (ip: string) => ({ ...testRequester, ip, source: ip })

describe('entering a user code', () => {
  test('C06 RFC 8628 §5.1: after ten failures of a source even a valid code is refused, until the window ends', async () => {
    const { auth, start, clock } = testAuth()
    const { user_code } = await start()
    const enter = (userCode: string, ip = '192.0.2.1') =>
      auth.enterUserCode({ userCode, requester: from(ip), userId: null })
    for (let guess = 0; guess < 10; guess++) expect(await enter('BBBB-BBBB')).toEqual({ outcome: 'not_usable' })
    expect(await enter('BBBB-BBBB')).toMatchObject({ outcome: 'limited' })
    expect(await enter(user_code)).toMatchObject({ outcome: 'limited', retryAfterSeconds: 600 })
    expect(await enter(user_code, '192.0.2.2')).toMatchObject({ outcome: 'found' }) // C10: other sources are not locked out
    clock.advance({ seconds: 600 })
    const fresh = await start()
    expect(await enter(fresh.user_code)).toMatchObject({ outcome: 'found' })
  })

  test('C06 failures of one account count together, whatever sources they come from', async () => {
    const { auth, start, arrive } = testAuth()
    const { user_code } = await start()
    const { browser } = await arrive(user_code, 'carberry')
    const enter = (n: number) =>
      auth.enterUserCode({ userCode: 'BBBB-BBBB', requester: from(`192.0.2.${n}`), userId: browser.user.id })
    for (let n = 0; n < 10; n++) expect((await enter(n)).outcome).toBe('not_usable')
    expect((await enter(11)).outcome).toBe('limited')
  })

  test('C06 in total, failures times pending codes stay below 20^8 / 2^16 in a window', async () => {
    const { auth, start, deps, clock } = testAuth()
    const pending = 100
    for (let n = 0; n < pending; n++) await start({ requester: from(`198.51.100.${n}`) })
    let failures = 0
    for (; failures < 5_000; failures++) {
      const { outcome } = await auth.enterUserCode({
        userCode: 'BBBBBBBB',
        requester: from(`10.${failures >> 8}.${failures & 255}.1`),
        userId: null,
      })
      if (outcome === 'limited') break
    }
    expect(failures * pending).toBeLessThanOrEqual(20 ** 8 / 2 ** 16)
    expect(failures).toBeGreaterThan(3_000)
    expect(deps.now()).toEqual(clock.now())
  })

  test('C10 while sixty sources guess as often as they may, another source can still mistype a code and then enter it', async () => {
    const { auth, start } = testAuth()
    const { user_code } = await start()
    for (let n = 0; n < 1_000; n++) await start({ requester: from(`198.51.100.${n}`) })
    const enter = async (userCode: string, ip: string) =>
      (await auth.enterUserCode({ userCode, requester: from(ip), userId: null })).outcome
    const outcomes = new Map<string, number>()
    for (let n = 0; n < 60 * 10; n++) {
      const outcome = await enter('BBBBBBBB', `10.0.0.${n % 60}`)
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
    }
    expect(outcomes.get('limited')).toBeGreaterThan(0)
    expect(await enter('BBBBBBBB', '192.0.2.1')).toBe('not_usable')
    expect(await enter(user_code, '192.0.2.1')).toBe('found')
  })

  test('C07 a burst of guesses cannot outrun the budget', async () => {
    const { auth } = testAuth()
    const guesses = Array.from({ length: 50 }, () =>
      auth.enterUserCode({ userCode: 'BBBBBBBB', requester: testRequester, userId: null }),
    )
    const outcomes = (await Promise.all(guesses)).map(({ outcome }) => outcome)
    expect(outcomes.filter((outcome) => outcome === 'not_usable')).toHaveLength(10)
  })

  test('C07 J03 a lecture hall can enter valid codes at the same moment, and wrong codes among them count as always', async () => {
    const { auth, start } = testAuth()
    const codes = []
    for (let n = 0; n < 40; n++) codes.push((await start({ requester: from(`198.51.100.${n}`) })).user_code)
    const enter = (userCode: string) => auth.enterUserCode({ userCode, requester: testRequester, userId: null })
    const right = await Promise.all(codes.map(enter))
    expect(right.every(({ outcome }) => outcome === 'found')).toBe(true)
    const mixed = await Promise.all(codes.flatMap((code) => [enter('BBBBBBBB'), enter(code)]))
    const count = (wanted: string) => mixed.filter(({ outcome }) => outcome === wanted).length
    expect([count('not_usable'), count('found')]).toEqual([10, 9])
  })

  test('J08 the queue of entries of one source is limited, and further entries are told to retry', async () => {
    const { auth } = testAuth()
    const burst = Array.from({ length: 1_000 }, () =>
      auth.enterUserCode({ userCode: 'BBBBBBBB', requester: testRequester, userId: null }),
    )
    const outcomes = await Promise.all(burst)
    expect(outcomes.filter(({ outcome }) => outcome === 'not_usable')).toHaveLength(10)
    expect(outcomes.at(-1)).toEqual({ outcome: 'limited', retryAfterSeconds: 5 })
  })

  test('C09 a valid code costs nothing, and does not refund earlier failures', async () => {
    const { auth, start } = testAuth()
    const { user_code } = await start()
    const enter = async (userCode: string) =>
      (await auth.enterUserCode({ userCode, requester: testRequester, userId: null })).outcome
    for (let n = 0; n < 9; n++) await enter('BBBBBBBB')
    for (let n = 0; n < 5; n++) expect(await enter(user_code)).toBe('found')
    expect(await enter('BBBBBBBB')).toBe('not_usable')
    expect(await enter(user_code)).toBe('limited')
  })

  test('C11 C12 C13 unknown, malformed, expired, denied, redeemed and other people’s codes all get the same answer', async () => {
    const { auth, start, arrive, decide, poll, clock } = testAuth()
    const expired = await start()
    clock.advance({ seconds: 600 })
    const [denied, redeemed, claimed] = [await start(), await start(), await start()]
    await decide(denied.user_code, 'deny')
    await decide(redeemed.user_code)
    await poll(redeemed.device_code)
    await arrive(claimed.user_code, 'alice')
    const bob = (await arrive((await start()).user_code, 'bob')).browser.user.id
    for (const userId of [null, bob]) {
      for (const { user_code } of [expired, denied, redeemed, claimed, { user_code: 'BBBB-BBBB' }]) {
        clock.advance({ seconds: 0 })
        const requester = from(`203.0.113.${Math.abs(user_code.charCodeAt(0) * 7 + (userId ? 1 : 0)) % 250}`)
        expect(await auth.enterUserCode({ userCode: user_code, requester, userId })).toEqual({ outcome: 'not_usable' })
      }
    }
    expect(await auth.enterUserCode({ userCode: '?', requester: from('203.0.113.254'), userId: null })).toEqual({
      outcome: 'not_usable',
    })
  })

  test('device.verify describes a pending code without revealing the device code', async () => {
    const { auth, start } = testAuth()
    const { user_code, device_code } = await start()
    const described = await auth.describeUserCode({ userCode: user_code.toLowerCase(), requester: testRequester })
    expect(described).toEqual({
      client_name: 'OSA command line',
      scope: 'profile conventions:write',
      expires_in: 600,
      continue_uri: `https://archive.example/device?user_code=${user_code}`,
    })
    expect(JSON.stringify(described)).not.toContain(device_code)
    expect(isRefusal(await auth.describeUserCode({ userCode: 'BBBBBBBB', requester: testRequester }))).toBe(true)
  })
})
