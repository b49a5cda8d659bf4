/** Area A: the device authorization endpoint. */
import { defaultBudgets } from '@osa/core'
import { manualClock, memoryLimiter } from '@osa/core/testing'
import { describe, expect, test } from 'vitest'
import { parseCidr } from '../requester.ts'
import { startCpuTime } from '../testing/cpu-time.ts'
import { basic, formType, pollToken, postForm } from '../testing/oauth-calls.ts'
import { startTestNode } from '../testing/test-node.ts'

const path = '/oauth/device_authorization'

/** Checks the form of a refusal (RFC 6749 §5.2). */
async function expectRefusal(answer: Response, error: string, status = 400) {
  expect(answer.status).toBe(status)
  expect(answer.headers.get('content-type')).toMatch(/^application\/json/)
  expect(answer.headers.get('cache-control')).toBe('no-store')
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
  if (status !== 401) expect(answer.headers.get('www-authenticate')).toBeNull()
  const document = await answer.json()
  expect(document.error).toBe(error)
  expect(document.error_description).toMatch(/^[\x20\x21\x23-\x5B\x5D-\x7E]+$/)
}

describe('answers', () => {
  test('A01 RFC 8628 §3.2: all six keys, whole numbers, no null', async () => {
    const node = await startTestNode()
    const answer = await postForm(node, path, { client_id: 'osa-cli', scope: 'profile' })
    expect(answer.status).toBe(200)
    const document = await answer.json()
    expect(Object.keys(document).sort()).toEqual([
      'device_code',
      'expires_in',
      'interval',
      'user_code',
      'verification_uri',
      'verification_uri_complete',
    ])
    expect([document.expires_in, document.interval]).toEqual([600, 5])
    expect(Object.values(document)).not.toContain(null)
  })

  test('A10, B38 successes and refusals have no-store and nosniff headers', async () => {
    const node = await startTestNode()
    for (const clientId of ['osa-cli', 'nope']) {
      const answer = await postForm(node, path, { client_id: clientId })
      expect(answer.headers.get('cache-control')).toBe('no-store')
      expect(answer.headers.get('pragma')).toBe('no-cache')
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    }
  })

  test('A11 addresses have the configured origin, whatever the request headers say', async () => {
    const node = await startTestNode()
    const answer = await postForm(
      node,
      path,
      { client_id: 'osa-cli' },
      {
        Host: 'evil.example',
        Forwarded: 'host=evil.example;proto=http',
        'X-Forwarded-Host': 'evil.example',
        'X-Forwarded-Proto': 'http',
      },
    )
    const { verification_uri, verification_uri_complete } = await answer.json()
    expect(verification_uri).toBe('https://archive.example/device')
    expect(new URL(verification_uri_complete).origin).toBe('https://archive.example')
  })

  test('A12, A13 the short address contains no code; the complete one adds only the user code', async () => {
    const node = await startTestNode()
    const { user_code, verification_uri, verification_uri_complete } = await (
      await postForm(node, path, { client_id: 'osa-cli' })
    ).json()
    expect(verification_uri).not.toContain(user_code)
    const complete = new URL(verification_uri_complete)
    expect(`${complete.origin}${complete.pathname}`).toBe(verification_uri)
    expect([...complete.searchParams]).toEqual([['user_code', user_code]])
  })

  test('A18, A19 answers set no cookie and allow no cross-origin access, and preflights are refused', async () => {
    const node = await startTestNode()
    const headers = { Origin: 'https://evil.example', Cookie: '__Host-osa_session=x' }
    for (const endpoint of [path, '/oauth/token', '/oauth/revoke']) {
      const answer = await postForm(node, endpoint, { client_id: 'osa-cli' }, headers)
      expect(answer.headers.get('set-cookie')).toBeNull()
      expect(answer.headers.get('access-control-allow-origin')).toBeNull()
      const preflight = await node.request(endpoint, {
        method: 'OPTIONS',
        headers: { Origin: 'https://evil.example', 'Access-Control-Request-Method': 'POST' },
      })
      expect(preflight.status).toBe(405)
      expect(preflight.headers.get('access-control-allow-origin')).toBeNull()
    }
  })
})

describe('refusals', () => {
  test('A02 RFC 8628 §3.1: only POST is allowed', async () => {
    const node = await startTestNode()
    for (const method of ['GET', 'PUT', 'DELETE', 'PATCH']) {
      const answer = await node.request(`${path}?client_id=osa-cli`, { method })
      expect(answer.headers.get('allow')).toBe('POST')
      await expectRefusal(answer, 'invalid_request', 405)
    }
  })

  test('A03 RFC 8628 §3.1: only form-encoded bodies are accepted; the content type is case-insensitive', async () => {
    const node = await startTestNode()
    const body = 'client_id=osa-cli'
    for (const contentType of [
      'application/json',
      'text/plain',
      'multipart/form-data; boundary=x',
      `${formType}; charset=latin1`,
    ]) {
      await expectRefusal(await postForm(node, path, body, { 'Content-Type': contentType }), 'invalid_request')
    }
    const untyped = new Uint8Array(Buffer.from(body)) // fetch adds no Content-Type to bytes
    await expectRefusal(await node.request(path, { method: 'POST', body: untyped }), 'invalid_request')
    const shouted = await postForm(node, path, body, { 'Content-Type': `${formType.toUpperCase()}; charset=UTF-8` })
    expect(shouted.status).toBe(200)
  })

  test('A04, A06 a missing or empty client_id gets invalid_request; empty and unknown parameters are ignored', async () => {
    const node = await startTestNode()
    await expectRefusal(await node.request(path, { method: 'POST' }), 'invalid_request')
    await expectRefusal(await postForm(node, path, 'client_id='), 'invalid_request')
    expect((await postForm(node, path, 'client_id=osa-cli&scope=&foo=bar')).status).toBe(200)
  })

  test('A05 unknown clients get invalid_client, and clients without the grant unauthorized_client', async () => {
    const node = await startTestNode()
    await expectRefusal(await postForm(node, path, { client_id: 'nope' }), 'invalid_client')
    await expectRefusal(await postForm(node, path, { client_id: 'no-device' }), 'unauthorized_client')
  })

  test('A07 RFC 6749 §3.2: repeated parameters are refused, and query and body are never merged', async () => {
    const node = await startTestNode()
    for (const body of [
      'client_id=osa-cli&client_id=osa-cli',
      'client_id=osa-cli&scope=&scope=profile',
      'client_id=osa-cli&client%5Fid=x',
    ]) {
      await expectRefusal(await postForm(node, path, body), 'invalid_request')
    }
    await expectRefusal(await postForm(node, `${path}?client_id=osa-cli`, ''), 'invalid_request')
    await expectRefusal(await postForm(node, `${path}?scope=profile`, 'client_id=osa-cli'), 'invalid_request')
  })

  test('A08 unknown and malformed scopes get invalid_scope', async () => {
    const node = await startTestNode()
    for (const scope of ['root admin:all', '"', 'profile  profile', 'PROFILE']) {
      await expectRefusal(await postForm(node, path, { client_id: 'osa-cli', scope }), 'invalid_scope')
    }
  })

  test('A15 parameters cannot preset values that the node chooses', async () => {
    const node = await startTestNode()
    const preset = {
      status: 'authorized',
      user_id: 'x',
      user_code: 'BBBB-BBBB',
      device_code: 'x',
      expires_in: '9999',
      interval: '0',
    }
    const answer = await postForm(node, path, { client_id: 'osa-cli', ...preset })
    const started = await answer.json()
    expect(started).toMatchObject({ expires_in: 600, interval: 5 })
    expect(started.user_code).not.toBe('BBBB-BBBB')
    expect(await (await pollToken(node, started.device_code)).json()).toMatchObject({ error: 'authorization_pending' })
  })

  test('A16 B27 B28 hostile bytes in a parameter are refused with 400 or ignored, and never cause a crash or a header', async () => {
    const node = await startTestNode()
    const bytes = ['%00', '%FF%FE', '%ED%A0%80', '%ZZ', '%', 'A'.repeat(20_000), '%0d%0aSet-Cookie:x=1', '%F0%9F%92%A9']
    for (const value of bytes) {
      for (const name of ['client_id', 'scope', 'device_name', 'other']) {
        const others = name === 'client_id' ? '' : 'client_id=osa-cli&'
        const answer = await postForm(node, path, `${others}${name}=${value}`)
        expect([200, 400], `${name}=${value.slice(0, 20)}`).toContain(answer.status)
        expect(answer.headers.get('content-type')).toMatch(/^application\/json/)
        expect(answer.headers.get('set-cookie')).toBeNull()
      }
    }
    for (const name of ['%00', '%FF', '%ED%A0%80', '%ZZ']) {
      await expectRefusal(await postForm(node, path, `client_id=osa-cli&${name}=x`), 'invalid_request')
    }
    const raw = Buffer.concat([Buffer.from('client_id=osa-cli&device_name='), Buffer.from([0xff, 0xfe])])
    const answer = await node.request(path, { method: 'POST', headers: { 'Content-Type': formType }, body: raw })
    await expectRefusal(answer, 'invalid_request')
  })

  test('A21 a public client that sends a secret is refused', async () => {
    const node = await startTestNode()
    await expectRefusal(await postForm(node, path, { client_id: 'osa-cli', client_secret: 'x' }), 'invalid_client')
    const answer = await postForm(node, path, {}, basic('osa-cli', ''))
    expect(answer.headers.get('www-authenticate')).toMatch(/^Basic /)
    await expectRefusal(answer, 'invalid_client', 401)
  })

  test('J04 a body over 64 KiB gets 413 and more than 100 parameters get 400, as JSON', async () => {
    const node = await startTestNode()
    await expectRefusal(await postForm(node, path, `client_id=${'A'.repeat(70_000)}`), 'invalid_request', 413)
    const many = Array.from({ length: 101 }, (_, index) => `p${index}=x`).join('&')
    await expectRefusal(await postForm(node, path, many), 'invalid_request')
  })

  test('J12 parsing ten thousand parameters, or one very long name, is cheap', async () => {
    const node = await startTestNode()
    const spentMs = startCpuTime()
    await postForm(node, path, '&'.repeat(60_000))
    await postForm(node, path, 'a=&'.repeat(10_000))
    await postForm(node, path, `${'a'.repeat(60_000)}=1`)
    expect(spentMs()).toBeLessThan(1_000)
  })
})

describe('limits', () => {
  test('J01 too many starts from one source get 429 with Retry-After; other sources are not affected', async () => {
    const node = await startTestNode()
    const start = (peer: string) =>
      node.request(path, { method: 'POST', headers: { 'Content-Type': formType }, body: 'client_id=osa-cli' }, peer)
    for (let count = 0; count < defaultBudgets.start_by_source.points; count++) await start('198.51.100.1')
    const limited = await start('198.51.100.1')
    expect(Number(limited.headers.get('retry-after'))).toBeGreaterThan(0)
    await expectRefusal(limited, 'temporarily_unavailable', 429)
    expect((await start('198.51.100.2')).status).toBe(200)
  })

  test('A22 if no user code is free, a start gets 503, not 429 or a crash', async () => {
    const node = await startTestNode({ auth: { random: (bytes) => new Uint8Array(bytes) } })
    expect((await postForm(node, path, { client_id: 'osa-cli' })).status).toBe(200)
    const full = await postForm(node, path, { client_id: 'osa-cli' })
    expect(full.headers.get('retry-after')).toBe('2')
    await expectRefusal(full, 'temporarily_unavailable', 503)
  })

  test('J07 a whole IPv6 /64 is one source', async () => {
    const clock = manualClock()
    const budgets = { ...defaultBudgets, start_by_source: { points: 1, windowSeconds: 60 } }
    const node = await startTestNode({ auth: { limiter: memoryLimiter(budgets, clock.now) } })
    const start = (peer: string) =>
      node.request(path, { method: 'POST', headers: { 'Content-Type': formType }, body: 'client_id=osa-cli' }, peer)
    expect((await start('2001:db8:0:1::1')).status).toBe(200)
    expect((await start('2001:db8:0:1:ffff::2')).status).toBe(429)
    expect((await start('2001:db8:0:2::1')).status).toBe(200)
  })

  test('A20 a request that a trusted proxy received without TLS is refused, not redirected', async () => {
    const proxy = parseCidr('192.0.2.7')
    const node = await startTestNode({ app: { trustedProxies: proxy ? [proxy] : [] } })
    const insecure = await postForm(node, path, { client_id: 'osa-cli' }, { 'X-Forwarded-Proto': 'http' })
    await expectRefusal(insecure, 'invalid_request')
    expect((await postForm(node, path, { client_id: 'osa-cli' }, { 'X-Forwarded-Proto': 'https' })).status).toBe(200)
  })
})
