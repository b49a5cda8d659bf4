/** Areas B and G: the token endpoint over time, with several clients, and with disabled accounts. */
import { decodeJwt } from 'jose'
import { describe, expect, test } from 'vitest'
import { pollToken, refreshToken } from '../testing/oauth-calls.ts'
import { startTestNode, type TestNode } from '../testing/test-node.ts'

const day = 86_400

const errorOf = async (answer: Promise<Response>): Promise<string> => (await (await answer).json()).error ?? 'ok'

/** Disables the person behind an access token, as an operator would. */
async function disable(node: TestNode, accessToken: string) {
  const principal = await node.auth.authenticate(accessToken)
  if ('error' in principal) throw new Error(principal.error)
  await node.store.transaction((tx) => tx.saveUser({ ...principal.user, disabledAt: node.clock.now() }))
}

describe('polls', () => {
  test('B03 a client that waits for the interval, give or take 400 ms, never gets slow_down', async () => {
    const node = await startTestNode()
    const { device_code } = await node.start()
    const seen = new Set([await errorOf(pollToken(node, device_code))])
    for (const jitter of [0.4, -0.4, -0.4, 0, 0.4, -0.4]) {
      node.clock.advance({ seconds: 5 + jitter })
      seen.add(await errorOf(pollToken(node, device_code)))
    }
    expect([...seen]).toEqual(['authorization_pending'])
  })

  test('B05 a fast client does not slow down another one behind the same address', async () => {
    const node = await startTestNode()
    const [fast, steady] = [await node.start(), await node.start()]
    for (let round = 0; round < 5; round++) {
      expect(await errorOf(pollToken(node, steady.device_code))).toBe('authorization_pending')
      for (let burst = 0; burst < 25; burst++) {
        await pollToken(node, fast.device_code)
        node.clock.advance({ seconds: 0.2 })
      }
    }
    expect(await errorOf(pollToken(node, fast.device_code))).toBe('slow_down')
  })

  test('B09 a second redemption long after the first ends the session of the first', async () => {
    const node = await startTestNode()
    const { device_code, user_code } = await node.start()
    await node.approve(user_code)
    const tokens = await (await pollToken(node, device_code)).json()
    node.clock.advance({ seconds: 31 })
    expect(await errorOf(pollToken(node, device_code))).toBe('invalid_grant')
    expect(await errorOf(refreshToken(node, tokens.refresh_token))).toBe('invalid_grant')
  })

  test('B14 a late poll still gets expired_token', async () => {
    const node = await startTestNode()
    const { device_code } = await node.start()
    node.clock.advance({ seconds: 660 })
    expect(await errorOf(pollToken(node, device_code))).toBe('expired_token')
  })

  test('B35 a person disabled between approval and poll gets no tokens', async () => {
    const node = await startTestNode()
    const earlier = await node.logIn()
    const { device_code, user_code } = await node.start()
    await node.approve(user_code)
    await disable(node, earlier.access_token)
    expect(await errorOf(pollToken(node, device_code))).toBe('access_denied')
  })

  test('B36 expires_in is the lifetime of the token, and polling does not extend the lifetime of a code', async () => {
    const node = await startTestNode()
    const { device_code, user_code } = await node.start()
    for (let poll = 0; poll < 100; poll++) {
      await pollToken(node, device_code)
      node.clock.advance({ seconds: 5.99 })
    }
    node.clock.advance({ seconds: 2 })
    expect(await errorOf(pollToken(node, device_code))).toBe('expired_token')
    await expect(node.approve(user_code)).rejects.toThrow()
    const tokens = await node.logIn()
    const { exp = 0, iat = 0 } = decodeJwt(tokens.access_token)
    expect(exp - iat).toBe(tokens.expires_in)
  })
})

describe('refreshes', () => {
  test('G05 eight refreshes at once get the same successor, and the session stays alive', async () => {
    const node = await startTestNode()
    const { refresh_token } = await node.logIn()
    const answers = await Promise.all(Array.from({ length: 8 }, () => refreshToken(node, refresh_token)))
    const successors = new Set(await Promise.all(answers.map(async (answer) => (await answer.json()).refresh_token)))
    expect(successors.size).toBe(1)
    expect(await errorOf(refreshToken(node, String([...successors][0])))).toBe('ok')
  })

  test('G06 rotation does not extend the absolute lifetime', async () => {
    const node = await startTestNode()
    let { refresh_token: token } = await node.logIn()
    for (let passed = 0; passed < 80; passed += 20) {
      node.clock.advance({ seconds: 20 * day })
      token = (await (await refreshToken(node, token)).json()).refresh_token
    }
    node.clock.advance({ seconds: 11 * day })
    expect(await errorOf(refreshToken(node, token))).toBe('invalid_grant')
  })

  test('G07 a session that is unused for its idle time ends', async () => {
    const node = await startTestNode()
    const { refresh_token } = await node.logIn()
    node.clock.advance({ seconds: 30 * day + 1 })
    expect(await errorOf(refreshToken(node, refresh_token))).toBe('invalid_grant')
  })

  test('G12 a disabled person cannot refresh and gets 400', async () => {
    const node = await startTestNode()
    const tokens = await node.logIn()
    await disable(node, tokens.access_token)
    const answer = await refreshToken(node, tokens.refresh_token)
    expect([answer.status, (await answer.json()).error]).toEqual([400, 'invalid_grant'])
  })

  test('G13 reuse ends one session and not the others of the same person', async () => {
    const node = await startTestNode()
    const [stolen, other] = [await node.logIn(), await node.logIn()]
    await refreshToken(node, stolen.refresh_token)
    node.clock.advance({ seconds: 31 })
    expect(await errorOf(refreshToken(node, stolen.refresh_token))).toBe('invalid_grant')
    expect(await errorOf(refreshToken(node, other.refresh_token))).toBe('ok')
  })
})
