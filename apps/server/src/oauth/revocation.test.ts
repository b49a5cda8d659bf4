/** Area H: revocation, introspection, metadata and keys. */
import { describe, expect, test } from 'vitest'
import { basic, postForm, refreshToken } from '../testing/oauth-calls.ts'
import { resourceServerSecret, startTestNode, type TestNode } from '../testing/test-node.ts'

const revoke = (node: TestNode, token: string, more: Record<string, string> = {}) =>
  postForm(node, '/oauth/revoke', { token, client_id: 'osa-cli', ...more })

const me = (node: TestNode, accessToken: string) =>
  node.request('/api/v1/auth/me', { headers: { Authorization: `Bearer ${accessToken}` } })

describe('revocation', () => {
  test('H01 RFC 7009 §2.2: valid, unknown and already revoked tokens get 200; only POST is allowed, and a token is required', async () => {
    const node = await startTestNode()
    const { refresh_token } = await node.logIn()
    const answers = [
      await revoke(node, refresh_token),
      await revoke(node, refresh_token),
      await revoke(node, 'unknown'),
    ]
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
    expect((await node.request('/oauth/revoke')).status).toBe(405)
    expect(await (await revoke(node, '')).json()).toMatchObject({ error: 'invalid_request' })
    expect((await refreshToken(node, refresh_token)).status).toBe(400)
  })

  test('H02, H05 any token of a session ends it at once, also a retired refresh token or an access token', async () => {
    const node = await startTestNode()
    const pick = ['retired', 'access'] as const
    for (const kind of pick) {
      const first = await node.logIn()
      const second = await (await refreshToken(node, first.refresh_token)).json()
      await revoke(node, kind === 'retired' ? first.refresh_token : second.access_token)
      expect((await refreshToken(node, second.refresh_token)).status).toBe(400)
      expect((await me(node, second.access_token)).status).toBe(401)
    }
  })

  test('H03 a token of another client is not revoked', async () => {
    const node = await startTestNode()
    const { refresh_token } = await node.logIn()
    expect((await revoke(node, refresh_token, { client_id: 'other-tool' })).status).toBe(200)
    expect((await refreshToken(node, refresh_token)).status).toBe(200)
  })

  test('H04 RFC 7009 §2.1: a wrong or unknown hint does not matter', async () => {
    const node = await startTestNode()
    for (const hint of ['access_token', 'nonsense']) {
      const { refresh_token } = await node.logIn()
      await revoke(node, refresh_token, { token_type_hint: hint })
      expect((await refreshToken(node, refresh_token)).status).toBe(400)
    }
  })
})

describe('introspection', () => {
  const introspect = (node: TestNode, token: string, headers: Record<string, string>, more = {}) =>
    postForm(node, '/oauth/introspect', { token, ...more }, headers)
  const credentials = basic('resource-server', resourceServerSecret)

  test('H06 RFC 7662 §2.1: only confidential clients may introspect', async () => {
    const node = await startTestNode()
    const { access_token } = await node.logIn()
    const asPublic = await introspect(node, access_token, {}, { client_id: 'osa-cli' })
    expect(await asPublic.json()).toMatchObject({ error: 'invalid_client' })
    const wrong = await introspect(node, access_token, basic('resource-server', 'guess'))
    expect([wrong.status, wrong.headers.get('www-authenticate')?.split(' ')[0]]).toEqual([401, 'Basic'])
    for (const unproved of [asPublic, await introspect(node, access_token, {})]) {
      expect([unproved.status, unproved.headers.get('www-authenticate')?.split(' ')[0]]).toEqual([401, 'Basic'])
    }
  })

  test('H06 RFC 7662 §2.2: a valid access token is active; anything else is inactive, without details', async () => {
    const node = await startTestNode()
    const { access_token, refresh_token } = await node.logIn()
    expect(await (await introspect(node, access_token, credentials)).json()).toMatchObject({
      active: true,
      client_id: 'osa-cli',
      iss: node.publicUrl,
      token_type: 'Bearer',
    })
    for (const token of [refresh_token, 'x', `${access_token}x`]) {
      expect(await (await introspect(node, token, credentials)).json()).toEqual({ active: false })
    }
    await revoke(node, refresh_token)
    expect(await (await introspect(node, access_token, credentials)).json()).toEqual({ active: false })
  })
})

describe('metadata', () => {
  const paths = ['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration']

  test('H07, H10 RFC 8414 §2: the metadata has the exact issuer, endpoints that answer, working grants and no ID tokens', async () => {
    const node = await startTestNode()
    const [metadata, alias] = await Promise.all(paths.map(async (path) => (await node.request(path)).json()))
    expect(alias).toEqual(metadata)
    expect(metadata).toMatchObject({
      issuer: 'https://archive.example',
      grant_types_supported: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'],
      token_endpoint_auth_methods_supported: ['none', 'client_secret_basic', 'client_secret_post'],
      response_types_supported: [],
    })
    for (const unclaimed of ['authorization_endpoint', 'userinfo_endpoint', 'id_token_signing_alg_values_supported']) {
      expect(metadata).not.toHaveProperty(unclaimed)
    }
    const endpoints = Object.entries<string>(metadata).filter(([name]) => name.endsWith('_endpoint'))
    expect(endpoints).toHaveLength(4)
    for (const [, url] of endpoints) {
      expect(new URL(url).origin).toBe(metadata.issuer)
      expect([400, 401]).toContain((await node.fetch(url, { method: 'POST' })).status)
    }
  })

  test('H08 host and forwarding headers do not change the documents, which may be cached', async () => {
    const node = await startTestNode()
    const headers = { Host: 'evil.example', 'X-Forwarded-Host': 'evil.example', Forwarded: 'host=evil.example' }
    for (const path of [...paths, '/.well-known/jwks.json', '/.well-known/osa']) {
      const plain = await node.request(path)
      const lied = await node.request(path, { headers })
      expect(await lied.text()).toBe(await plain.text())
      expect(plain.headers.get('vary')).toBeNull()
      expect(plain.headers.get('cache-control')).toBe('public, max-age=300')
    }
  })

  test('F11 RFC 7517: the key set contains only public keys', async () => {
    const node = await startTestNode()
    const answer = await node.request('/.well-known/jwks.json')
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/)
    const { keys } = await answer.json()
    expect(keys[0]).toMatchObject({ kty: 'EC', alg: 'ES256', use: 'sig', kid: expect.any(String) })
    for (const secret of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k']) expect(keys[0]).not.toHaveProperty(secret)
  })
})
