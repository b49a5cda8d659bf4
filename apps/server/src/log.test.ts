/** I06 and I07: no secret reaches the log, in a whole flow at the most verbose level. */
import { deviceCodeGrantType } from '@osa/contract'
import { memoryAuthStore } from '@osa/core/testing'
import superjson from 'superjson'
import { describe, expect, test } from 'vitest'
import { createLogger } from './log.ts'
import { basic, pollToken, postForm, postJson, refreshToken } from './testing/oauth-calls.ts'
import { resourceServerSecret, startTestNode } from './testing/test-node.ts'

function capture() {
  const lines: string[] = []
  const log = createLogger({ level: 'trace', destination: { write: (line) => void lines.push(line) } })
  return { log, lines, text: () => lines.join('') }
}

describe('a whole flow', () => {
  test('I06 no log line contains a secret that was issued or presented, on any wire', async () => {
    const node = await startTestNode({ logLevel: 'trace' })
    const started = await (await postForm(node, '/oauth/device_authorization', { client_id: 'osa-cli' })).json()
    await pollToken(node, started.device_code)
    await node.request(`/device?user_code=${started.user_code}`)
    await node.approve(started.user_code)
    const tokens = await (await pollToken(node, started.device_code)).json()
    const rotated = await (await refreshToken(node, tokens.refresh_token)).json()
    const headers = { Authorization: `Bearer ${rotated.access_token}`, Cookie: '__Host-osa_session=canary-cookie' }
    await node.request('/api/v1/auth/me?access_token=canary-query', { headers })
    await node.request('/trpc/me', { headers })
    await node.request(`/nowhere/${started.user_code}?code=canary-query`)
    await node.request('/api/v1/auth/callback?code=canary-code&state=canary-state')
    await postJson(node, '/trpc/device.token', superjson.serialize({ device_code: started.device_code }))
    const grant = { device_code: started.device_code, grant_type: deviceCodeGrantType }
    await postJson(node, '/api/v1/auth/device/token', grant)
    const credentials = basic('resource-server', resourceServerSecret)
    await postForm(node, '/oauth/introspect', { token: rotated.access_token }, credentials)
    await postForm(node, '/oauth/revoke', { token: rotated.refresh_token, client_id: 'osa-cli' })

    const text = node.logLines.join('')
    expect(node.logLines.length).toBeGreaterThan(10)
    const secrets = [
      started.device_code,
      started.user_code,
      started.user_code.replace('-', ''),
      tokens.access_token,
      tokens.refresh_token,
      rotated.access_token,
      rotated.refresh_token,
      resourceServerSecret,
      credentials.Authorization,
      'canary',
    ]
    for (const secret of secrets) expect(text).not.toContain(secret)
  })

  test('I06 an error that carries the query and its parameters is logged without them', async () => {
    const failure = Object.assign(new Error(`near "x" in query?device_code=${'s'.repeat(43)}`), {
      query: 'update device_authorizations',
      params: ['canary-parameter'],
      code: '23505',
    })
    const store = { ...memoryAuthStore(), findPolled: () => Promise.reject(failure) }
    const node = await startTestNode({ auth: { store } })
    await pollToken(node, 'canary-device-code')
    const text = node.logLines.join('')
    expect(text).toContain('"errorCode":"23505"')
    expect(text).not.toMatch(/canary|update device|s{43}/)
  })

  test('the line of a request has the route, not the path or the query', async () => {
    const node = await startTestNode()
    await node.request('/api/v1/auth/me?secret=1')
    const [line] = node.logLines.map((text) => JSON.parse(text)).filter(({ msg }) => msg === 'request')
    expect(line).toEqual({
      level: 'info',
      time: expect.any(String),
      method: 'GET',
      route: '/api/v1/auth/me',
      status: 401,
      ms: expect.any(Number),
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      ip: '192.0.2.7',
      msg: 'request',
    })
  })
})

describe('the logger', () => {
  test('I06 redacts by key, at any depth and regardless of case', () => {
    const { log, text } = capture()
    log.info(
      { request: { Authorization: 'canary1', nested: [{ refresh_token: 'canary2' }] }, deviceCode: 'canary3' },
      'x',
    )
    expect(text()).not.toContain('canary')
  })

  test('I06 redacts text that looks like a secret, wherever it appears', () => {
    const { log, text } = capture()
    const secret = 'A1-_'.repeat(10).concat('abc')
    log.info(`failed with ${secret} for BCDF-GHJK at postgres://user:canary@host/db?password=canary`)
    log.warn({ detail: `token eyJhbGciOi.eyJzdWIi.c2ln and ${secret}` }, 'x')
    log.error(new Error(`with ${secret}`))
    log.error({ err: new Error('outer', { cause: new Error(`inner ${secret}`) }) }, `message ${secret}`)
    expect(text()).not.toContain(secret)
    expect(text()).not.toMatch(/canary|BCDF-GHJK|eyJzdWIi/)
    expect(text()).toContain('host/db')
  })

  test('I07 a line break in a value cannot start a new line', () => {
    const { log, lines } = capture()
    log.info({ ip: 'x\n{"level":"error","msg":"forged"}' }, 'break\r\nhere \u2028')
    expect(lines).toHaveLength(1)
    expect(lines[0]?.trimEnd()).not.toMatch(/[\r\n]/)
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'info' })
  })
})
