/** The JSON wire as the original Python `osa` uses it. */
import { deviceCodeGrantType } from '@osa/contract'
import { memoryAuthStore } from '@osa/core/testing'
import { describe, expect, test } from 'vitest'
import { startCpuTime } from '../testing/cpu-time.ts'
import { postJson } from '../testing/oauth-calls.ts'
import { startTestNode, type TestNode } from '../testing/test-node.ts'

const poll = (node: TestNode, deviceCode: unknown, more: object = {}) =>
  postJson(node, '/api/v1/auth/device/token', { device_code: deviceCode, grant_type: deviceCodeGrantType, ...more })

const me = (node: TestNode, authorization?: string, query = '') =>
  node.request(
    `/api/v1/auth/me${query}`,
    authorization === undefined ? {} : { headers: { Authorization: authorization } },
  )

describe('device', () => {
  test('a start needs neither a body nor a Content-Type, and its client is then osa-py', async () => {
    const node = await startTestNode()
    const answer = await node.request('/api/v1/auth/device', { method: 'POST', headers: { Accept: '*/*' } })
    expect(answer.status).toBe(200)
    const started = await answer.json()
    for (const key of ['device_code', 'user_code', 'verification_uri', 'expires_in', 'interval']) {
      expect(started).toHaveProperty(key)
    }
    expect((await node.poll(started.device_code, node.client('osa-py'))) as object).toMatchObject({
      error: 'authorization_pending',
    })
  })

  test('B19 a client without the device grant cannot poll', async () => {
    const node = await startTestNode()
    const answer = await poll(node, 'x', { client_id: 'no-device' })
    expect([answer.status, (await answer.json()).error]).toEqual([400, 'unauthorized_client'])
  })

  test('osa-py signs in: it polls at once, gets tokens, and can then use me and refresh', async () => {
    const node = await startTestNode()
    const started = await (await node.request('/api/v1/auth/device', { method: 'POST' })).json()
    const pending = await poll(node, started.device_code)
    expect([pending.status, (await pending.json()).error]).toEqual([400, 'authorization_pending'])
    await node.approve(started.user_code)
    const tokens = await (await poll(node, started.device_code)).json()
    expect(tokens).toMatchObject({ token_type: 'Bearer', expires_in: 900 })
    expect(await (await me(node, `Bearer ${tokens.access_token}`)).json()).toEqual({
      id: expect.any(String),
      display_name: 'Carberry',
      provider: 'orcid',
      external_id: 'carberry',
      roles: ['user'],
    })
    const refreshed = await postJson(node, '/api/v1/auth/refresh', { refresh_token: tokens.refresh_token })
    expect([refreshed.status, Object.keys(await refreshed.json()).sort()]).toEqual([
      200,
      ['access_token', 'expires_in', 'refresh_token', 'scope', 'token_type'],
    ])
  })

  test('a named client must be public and can redeem only its own codes', async () => {
    const node = await startTestNode()
    for (const clientId of ['resource-server', 'nope']) {
      const answer = await postJson(node, '/api/v1/auth/device', { client_id: clientId })
      expect([answer.status, (await answer.json()).error]).toEqual([400, 'invalid_client'])
    }
    const started = await (await postJson(node, '/api/v1/auth/device', { client_id: 'other-tool' })).json()
    expect(await (await poll(node, started.device_code)).json()).toMatchObject({ error: 'invalid_grant' })
    const own = await poll(node, started.device_code, { client_id: 'other-tool' })
    expect(await own.json()).toMatchObject({ error: 'authorization_pending' })
  })

  test('A19, A18 answers set no cookie and allow no cross-origin access', async () => {
    const node = await startTestNode()
    const answer = await node.request('/api/v1/auth/device', {
      method: 'POST',
      headers: { Origin: 'https://evil.example' },
    })
    expect(answer.headers.get('access-control-allow-origin')).toBeNull()
    expect(answer.headers.get('set-cookie')).toBeNull()
  })

  test('the poll path never answers 429, a redirect or HTML, whatever is sent', async () => {
    const node = await startTestNode()
    const bodies = [
      '',
      '{',
      '[]',
      'null',
      '"x"',
      '{"device_code":1}',
      '{"device_code":null,"grant_type":"x"}',
      '<html>',
      'x'.repeat(70_000),
    ]
    for (const body of bodies) {
      const answer = await postJson(node, '/api/v1/auth/device/token', body)
      expect([400, 413], body.slice(0, 20)).toContain(answer.status)
      expect(answer.headers.get('content-type')).toMatch(/^application\/json/)
      expect(await answer.json()).toMatchObject({ error: 'invalid_request' })
    }
    const get = await node.request('/api/v1/auth/device/token', { headers: { Accept: 'text/html' } })
    expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST'])
  })

  test('B30 a poll gets 503 with Retry-After if the database is down', async () => {
    const down = new Error('down')
    const store = { ...memoryAuthStore(), findPolled: () => Promise.reject(down) }
    const node = await startTestNode({ auth: { store }, app: { isUnavailable: (error) => error === down } })
    const answer = await poll(node, 'x')
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '2'])
    expect(await answer.json()).toMatchObject({ error: 'temporarily_unavailable' })
  })

  test('B20 the poll path accepts only the device grant', async () => {
    const node = await startTestNode()
    const answer = await poll(node, 'x', { grant_type: 'refresh_token' })
    expect(await answer.json()).toMatchObject({ error: 'unsupported_grant_type' })
  })
})

describe('strict JSON', () => {
  test('B22, B24 repeated keys are refused; prototype names and nested objects match nothing', async () => {
    const node = await startTestNode()
    const { device_code } = await node.start()
    const grant = `"grant_type":"${deviceCodeGrantType}"`
    const refused = [
      `{"device_code":"x","device_code":"${device_code}",${grant}}`,
      `{"device_code":"x","\\u0064evice_code":"${device_code}",${grant}}`,
      `{"__proto__":{"device_code":"${device_code}"},${grant}}`,
      `{"device_code":{"$ne":null},${grant}}`,
      `{"device_code":["${device_code}"],${grant}}`,
    ]
    for (const body of refused) {
      const answer = await postJson(node, '/api/v1/auth/device/token', body)
      expect([answer.status, (await answer.json()).error], body).toEqual([400, 'invalid_request'])
    }
    const harmless = `{"__proto__":{"x":1},"constructor":"y","other":{"a":[1]},"device_code":"${device_code}",${grant}}`
    const answer = await postJson(node, '/api/v1/auth/device/token', harmless)
    expect(await answer.json()).toMatchObject({ error: 'authorization_pending' })
    expect({}).not.toHaveProperty('x')
  })

  test('B27 NUL, lone surrogates and bytes that are not UTF-8 get 400', async () => {
    const node = await startTestNode()
    const bodies = ['{"device_name":"a\\u0000b"}', '{"device_name":"\\ud800"}', Buffer.from([0x7b, 0xff, 0x7d])]
    for (const body of bodies) {
      const headers = { 'Content-Type': 'application/json' }
      const answer = await node.request('/api/v1/auth/device', { method: 'POST', headers, body })
      expect([answer.status, (await answer.json()).error]).toEqual([400, 'invalid_request'])
    }
  })

  test('J12 refusing deep nesting is cheap', async () => {
    const node = await startTestNode()
    const spentMs = startCpuTime()
    for (const body of [
      `${'['.repeat(30_000)}${']'.repeat(30_000)}`,
      `{"a":${'{"a":'.repeat(10_000)}`,
      '"'.repeat(60_000),
      `"${'\\'.repeat(60_000)}`,
      `"${'\\"'.repeat(30_000)}`,
    ]) {
      expect((await postJson(node, '/api/v1/auth/device', body)).status).toBe(400)
    }
    expect(spentMs()).toBeLessThan(1_000)
  })
})

describe('sessions', () => {
  const refresh = async (node: TestNode, body: unknown) => {
    const answer = await postJson(node, '/api/v1/auth/refresh', body)
    const document = await answer.json()
    return [answer.status, document.detail?.code ?? 'ok']
  }

  test('J02 a session that is refreshed too often gets 429, and its refresh token stays valid', async () => {
    const node = await startTestNode()
    let { refresh_token } = await node.logIn()
    for (let n = 0; n < 600; n++) {
      const renewed = await node.refresh(refresh_token)
      if ('error' in renewed) throw new Error(renewed.error)
      refresh_token = renewed.refresh_token
    }
    const answer = await postJson(node, '/api/v1/auth/refresh', { refresh_token })
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '15'])
    expect(await answer.json()).toMatchObject({ detail: { code: 'temporarily_unavailable' } })
    node.clock.advance({ seconds: 15 })
    expect((await postJson(node, '/api/v1/auth/refresh', { refresh_token })).status).toBe(200)
  })

  test('a refused refresh gets 401 with the codes that osa-py knows', async () => {
    const node = await startTestNode()
    expect(await refresh(node, { refresh_token: 'unknown' })).toEqual([401, 'invalid_refresh_token'])
    const first = await node.logIn()
    const second = await (await postJson(node, '/api/v1/auth/refresh', { refresh_token: first.refresh_token })).json()
    node.clock.advance({ seconds: 31 })
    expect(await refresh(node, { refresh_token: first.refresh_token })).toEqual([401, 'token_family_revoked'])
    expect(await refresh(node, { refresh_token: second.refresh_token })).toEqual([401, 'token_family_revoked'])
    const old = await node.logIn()
    node.clock.advance({ seconds: 31 * 86_400 })
    expect(await refresh(node, { refresh_token: old.refresh_token })).toEqual([401, 'refresh_token_expired'])
    expect(await refresh(node, {})).toEqual([400, 'invalid_request'])
    expect(await refresh(node, '{')).toEqual([400, 'invalid_request'])
  })

  test('G03 several commands of osa-py can refresh the same token at once', async () => {
    const node = await startTestNode()
    const { refresh_token } = await node.logIn('carberry', node.client('osa-py'))
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => postJson(node, '/api/v1/auth/refresh', { refresh_token })),
    )
    const documents = await Promise.all(answers.map((answer) => answer.json()))
    expect(new Set(documents.map((document) => document.refresh_token)).size).toBe(1)
  })

  test('logout ends the session, and succeeds for an unknown token', async () => {
    const node = await startTestNode()
    const { refresh_token, access_token } = await node.logIn()
    for (const token of [refresh_token, 'unknown']) {
      const answer = await postJson(node, '/api/v1/auth/logout', { refresh_token: token })
      expect([answer.status, await answer.json()]).toEqual([200, { success: true }])
    }
    expect(await refresh(node, { refresh_token })).toEqual([401, 'token_family_revoked'])
    expect((await me(node, `Bearer ${access_token}`)).status).toBe(401)
  })
})

describe('F13 RFC 6750: the access token of a request', () => {
  const outcome = async (answer: Response) => {
    const { detail } = await answer.json()
    return [answer.status, detail?.code ?? 'ok', answer.headers.get('www-authenticate')]
  }

  test('is accepted only in the Authorization header, with a scheme in any case', async () => {
    const node = await startTestNode()
    const { access_token } = await node.logIn()
    expect((await me(node, `bearer ${access_token}`)).status).toBe(200)
    expect((await me(node, `BEARER ${access_token}`)).status).toBe(200)
    expect(await outcome(await me(node, undefined, `?access_token=${access_token}`))).toEqual([
      401,
      'missing_token',
      'Bearer realm="OSA"',
    ])
  })

  test('without a token the challenge has no error; with an invalid or expired one it has invalid_token', async () => {
    const node = await startTestNode()
    const { access_token } = await node.logIn()
    expect(await outcome(await me(node))).toEqual([401, 'missing_token', 'Bearer realm="OSA"'])
    expect(await outcome(await me(node, 'Basic eDp5'))).toEqual([401, 'missing_token', 'Bearer realm="OSA"'])
    const forged = await outcome(await me(node, `Bearer ${access_token.slice(0, -4)}AAAA`))
    expect(forged).toEqual([401, 'invalid_token', expect.stringContaining('error="invalid_token"')])
    for (const odd of ['{"alg":"none"}', 'a=.b.c', '\xfc', `${access_token}=`, '"', 'null']) {
      expect((await outcome(await me(node, `Bearer ${odd}`))).slice(0, 2), odd).toEqual([401, 'invalid_token'])
    }
    node.clock.advance({ seconds: 1_000 })
    expect((await outcome(await me(node, `Bearer ${access_token}`)))[1]).toBe('token_expired')
  })

  test('two tokens get 400', async () => {
    const node = await startTestNode()
    const { access_token } = await node.logIn()
    expect((await me(node, `Bearer ${access_token}`, '?access_token=x')).status).toBe(400)
    expect((await me(node, `Bearer ${access_token}, Bearer ${access_token}`)).status).toBe(400)
  })
})
