/** Areas B and G: the token endpoint. */
import { deviceCodeGrantType } from '@osa/contract'
import { memoryAuthStore } from '@osa/core/testing'
import { describe, expect, test } from 'vitest'
import { basic, formType, pollToken, postForm, refreshToken } from '../testing/oauth-calls.ts'
import { resourceServerSecret, startTestNode, type TestNode } from '../testing/test-node.ts'

/** Checks an error answer: status, JSON, no-store, no challenge. */
async function expectError(answer: Response, error: string, status = 400) {
  const document = await answer.json()
  expect({ status: answer.status, error: document.error }).toEqual({ status, error })
  expect(answer.headers.get('content-type')).toMatch(/^application\/json/)
  expect(answer.headers.get('cache-control')).toBe('no-store')
  if (status !== 401) expect(answer.headers.get('www-authenticate')).toBeNull()
  return document
}

async function approved(node: TestNode) {
  const started = await node.start()
  await node.approve(started.user_code)
  return started.device_code
}

describe('device grant', () => {
  test('B01 RFC 8628 §3.5: a poll before the decision gets 400 authorization_pending', async () => {
    const node = await startTestNode()
    const { device_code } = await node.start()
    await expectError(await pollToken(node, device_code), 'authorization_pending')
  })

  test('B02, B04 RFC 8628 §3.5: each slow_down adds 5 s to the interval for good, and tells the new interval', async () => {
    const node = await startTestNode()
    const { device_code } = await node.start()
    const at = async (seconds: number) => {
      node.clock.advance({ seconds })
      const { error, interval } = await (await pollToken(node, device_code)).json()
      return interval === undefined ? error : `${error} ${interval}`
    }
    // waits of 0, 1, 6, 16, 16 and 6 seconds
    const seen = [await at(0), await at(1), await at(6), await at(16), await at(16), await at(6)]
    expect(seen).toEqual([
      'authorization_pending',
      'slow_down 10',
      'slow_down 15',
      'authorization_pending',
      'authorization_pending',
      'slow_down 20',
    ])
  })

  test('B06 RFC 6749 §5.1: a poll after approval gets a token response', async () => {
    const node = await startTestNode()
    const answer = await pollToken(node, await approved(node))
    expect(answer.status).toBe(200)
    expect([answer.headers.get('cache-control'), answer.headers.get('pragma')]).toEqual(['no-store', 'no-cache'])
    expect(await answer.json()).toEqual({
      access_token: expect.any(String),
      refresh_token: expect.any(String),
      token_type: 'Bearer',
      expires_in: 900,
      scope: 'profile conventions:write',
    })
  })

  test('B07 of twenty polls at once exactly one gets tokens, and B08 later polls get invalid_grant', async () => {
    const node = await startTestNode()
    const code = await approved(node)
    const answers = await Promise.all(Array.from({ length: 20 }, () => pollToken(node, code)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    node.clock.advance({ seconds: 6 })
    await expectError(await pollToken(node, code), 'invalid_grant')
  })

  test('B11 approval does not stop the clock', async () => {
    const node = await startTestNode()
    const code = await approved(node)
    node.clock.advance({ seconds: 601 })
    await expectError(await pollToken(node, code), 'expired_token')
  })

  test('B13, C14, F17 unknown codes get invalid_grant; user codes and tokens are not accepted as device codes', async () => {
    const node = await startTestNode()
    const { user_code } = await node.start()
    const tokens = await node.logIn()
    for (const code of ['x'.repeat(43), user_code, tokens.access_token, tokens.refresh_token]) {
      await expectError(await pollToken(node, code), 'invalid_grant')
    }
  })

  test('B15 another client can neither redeem nor invalidate a code', async () => {
    const node = await startTestNode()
    const code = await approved(node)
    await expectError(await pollToken(node, code, { client_id: 'other-tool' }), 'invalid_grant')
    expect((await pollToken(node, code)).status).toBe(200)
  })

  test('B16, B21, B22, B23, B26 incomplete or malformed requests do not consume the code', async () => {
    const node = await startTestNode()
    const code = await approved(node)
    const whole = { grant_type: deviceCodeGrantType, device_code: code, client_id: 'osa-cli' }
    const encoded = new URLSearchParams(whole).toString()
    const { client_id: _id, ...withoutClient } = whole
    await expectError(await postForm(node, '/oauth/token', withoutClient), 'invalid_request')
    await expectError(await pollToken(node, ''), 'invalid_request')
    await expectError(await postForm(node, '/oauth/token', `${encoded}&device_code=${code}`), 'invalid_request')
    await expectError(await postForm(node, '/oauth/token', `${encoded}&scope=&scope=`), 'invalid_request')
    await expectError(await postForm(node, `/oauth/token?${encoded}`, ''), 'invalid_request')
    await expectError(await node.request(`/oauth/token?${encoded}`), 'invalid_request', 405)
    expect((await node.request(`/oauth/token?${encoded}`, { method: 'HEAD' })).status).toBe(405)
    expect((await postForm(node, '/oauth/token', encoded)).status).toBe(200)
  })

  test('B24 brackets, dots, JSON and prototype names never match a stored code', async () => {
    const node = await startTestNode()
    await approved(node)
    const tricks = [
      'device_code[$ne]=x',
      'device_code[]=x',
      'device_code.$gt=',
      '__proto__[device_code]=x',
      '__proto__=x',
      'constructor=x',
    ]
    for (const trick of tricks) {
      const body = `grant_type=${encodeURIComponent(deviceCodeGrantType)}&client_id=osa-cli&${trick}`
      await expectError(await postForm(node, '/oauth/token', body), 'invalid_request')
    }
    for (const code of ['{"$ne":null}', '[object Object]', "' OR '1'='1", '%']) {
      await expectError(await pollToken(node, code), 'invalid_grant')
    }
  })

  test('B25 other content types and encodings are refused', async () => {
    const node = await startTestNode()
    const body = new URLSearchParams({
      grant_type: deviceCodeGrantType,
      device_code: 'x',
      client_id: 'osa-cli',
    }).toString()
    const refused: Record<string, string>[] = [
      { 'Content-Type': 'application/json' },
      { 'Content-Type': 'text/plain' },
      { 'Content-Encoding': 'gzip' },
    ]
    for (const headers of refused) {
      await expectError(await postForm(node, '/oauth/token', body, headers), 'invalid_request')
    }
  })

  test('B34 a poll cannot widen the approved scope', async () => {
    const node = await startTestNode()
    const started = await node.start({ scope: 'profile' })
    await node.approve(started.user_code)
    const answer = await pollToken(node, started.device_code, { scope: 'profile conventions:write' })
    expect(await answer.json()).toMatchObject({ scope: 'profile' })
  })
})

describe('clients and grants', () => {
  test('B17 RFC 6749 §5.2: failed Basic authentication gets 401 with a challenge', async () => {
    const node = await startTestNode()
    const answer = await postForm(node, '/oauth/token', { grant_type: 'refresh_token' }, basic('x', 'y'))
    expect(answer.headers.get('www-authenticate')).toMatch(/^Basic realm=/)
    await expectError(answer, 'invalid_client', 401)
  })

  test('B19 a client without the grant gets unauthorized_client', async () => {
    const node = await startTestNode()
    await expectError(await pollToken(node, 'x', { client_id: 'no-device' }), 'unauthorized_client')
  })

  test('B20 RFC 6749 §5.2: a missing grant_type gets invalid_request, an unknown one unsupported_grant_type', async () => {
    const node = await startTestNode()
    await expectError(await postForm(node, '/oauth/token', { client_id: 'osa-cli' }), 'invalid_request')
    const others = [
      'password',
      'client_credentials',
      'authorization_code',
      'implicit',
      'urn:ietf:params:oauth:grant-type:device-code',
      deviceCodeGrantType.toUpperCase(),
      'device_code',
      'constructor',
    ]
    for (const grantType of others) {
      await expectError(await pollToken(node, 'x', { grant_type: grantType }), 'unsupported_grant_type')
    }
  })

  test('B33 ambiguous or malformed client authentication is refused', async () => {
    const node = await startTestNode()
    const refresh = { grant_type: 'refresh_token', refresh_token: 'x' }
    const good = basic('resource-server', resourceServerSecret)
    const post = (body: Record<string, string>, headers: Record<string, string>) =>
      postForm(node, '/oauth/token', body, headers)
    await expectError(await post({ ...refresh, client_secret: resourceServerSecret }, good), 'invalid_request')
    await expectError(await post({ ...refresh, client_id: 'osa-cli' }, good), 'invalid_request')
    const unreadable = [
      'Basic !!!',
      `Basic ${btoa('nocolon')}`,
      'Basic',
      `Basic ${btoa('%ZZ:x')}`,
      `Basic ${btoa('\xff:x')}`,
      'Bearer x',
      `Basic ${btoa('%00:x')}`,
    ]
    for (const authorization of unreadable) {
      await expectError(await post(refresh, { Authorization: authorization }), 'invalid_client', 401)
    }
    await expectError(await post({ ...refresh, client_id: 'resource-server' }, good), 'invalid_grant')
  })
})

describe('refresh grant', () => {
  test('G01, G17 RFC 9700 §4.14.2: every refresh rotates the token, and the answer is never cached', async () => {
    const node = await startTestNode()
    const { refresh_token: first } = await node.logIn()
    const answer = await refreshToken(node, first)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    const { refresh_token: second } = await answer.json()
    expect(second).toMatch(/^[\w-]{91}$/)
    expect(second).not.toBe(first)
  })

  test('G02 RFC 9700 §4.14.2: late reuse ends the session for good', async () => {
    const node = await startTestNode()
    const { refresh_token: first } = await node.logIn()
    const { refresh_token: second } = await (await refreshToken(node, first)).json()
    node.clock.advance({ seconds: 31 })
    await expectError(await refreshToken(node, first), 'invalid_grant')
    await expectError(await refreshToken(node, second), 'invalid_grant')
  })

  test('G03 a refresh repeated after a lost answer gets the same successor', async () => {
    const node = await startTestNode()
    const { refresh_token: first } = await node.logIn()
    const lost = await (await refreshToken(node, first)).json()
    node.clock.advance({ seconds: 2 })
    const repeated = await (await refreshToken(node, first)).json()
    expect(repeated.refresh_token).toBe(lost.refresh_token)
    expect((await refreshToken(node, repeated.refresh_token)).status).toBe(200)
  })

  test('G08 another client cannot refresh and does no harm', async () => {
    const node = await startTestNode()
    const { refresh_token } = await node.logIn()
    await expectError(await refreshToken(node, refresh_token, { client_id: 'other-tool' }), 'invalid_grant')
    expect((await refreshToken(node, refresh_token)).status).toBe(200)
  })

  test('G09 a refresh may narrow the scope of the access token, but not widen it', async () => {
    const node = await startTestNode()
    const { refresh_token } = await node.logIn()
    await expectError(await refreshToken(node, refresh_token, { scope: 'profile root' }), 'invalid_scope')
    const narrowed = await (await refreshToken(node, refresh_token, { scope: 'profile' })).json()
    expect(narrowed.scope).toBe('profile')
    const whole = await (await refreshToken(node, narrowed.refresh_token)).json()
    expect(whole.scope).toBe('profile conventions:write')
  })

  test('G11 a missing, empty or repeated refresh token gets invalid_request, an unknown one 400 invalid_grant', async () => {
    const node = await startTestNode()
    const { access_token } = await node.logIn()
    await expectError(await refreshToken(node, ''), 'invalid_request')
    const repeated = 'grant_type=refresh_token&client_id=osa-cli&refresh_token=x&refresh_token=x'
    await expectError(await postForm(node, '/oauth/token', repeated), 'invalid_request')
    await expectError(await refreshToken(node, 'x'.repeat(43)), 'invalid_grant')
    await expectError(await refreshToken(node, access_token), 'invalid_grant') // F17
  })
})

describe('failures', () => {
  const failing = (error: Error) => ({
    store: {
      ...memoryAuthStore(),
      findPolled: () => Promise.reject(error),
      findOldRefreshToken: () => Promise.reject(error),
    },
  })

  test('B30, B29 a defect gets 500 server_error without internals', async () => {
    const node = await startTestNode({ auth: failing(new Error('SELECT secret FROM internals at /src/file.ts')) })
    const document = await expectError(await pollToken(node, 'the-submitted-code'), 'server_error', 500)
    expect(JSON.stringify(document)).not.toMatch(/SELECT|internals|file\.ts|stack|the-submitted-code/)
  })

  test('B30 an unreachable database gets 503 temporarily_unavailable with Retry-After', async () => {
    const down = new Error('connection refused')
    const node = await startTestNode({ auth: failing(down), app: { isUnavailable: (error) => error === down } })
    for (const path of ['/oauth/token', '/oauth/revoke']) {
      const body = { grant_type: deviceCodeGrantType, device_code: 'x', token: 'x'.repeat(43), client_id: 'osa-cli' }
      const answer = await postForm(node, path, body)
      expect(answer.headers.get('retry-after')).toBe('2')
      await expectError(answer, 'temporarily_unavailable', 503)
    }
  })

  test('B30 unknown paths below /oauth and bodies over the limit get errors as JSON', async () => {
    const node = await startTestNode()
    await expectError(
      await node.request('/oauth/nothing', { headers: { Accept: 'text/html' } }),
      'invalid_request',
      404,
    )
    const large = node.request('/oauth/token', {
      method: 'POST',
      headers: { 'Content-Type': formType },
      body: 'x'.repeat(65 * 1024),
    })
    await expectError(await large, 'invalid_request', 413)
  })
})
