/** Requests to an OpenID Connect provider, and the checks of its answers. The provider is oidc-provider, which can be made to lie. */
import { createHash } from 'node:crypto'
import { expect, test, vi } from 'vitest'
import { signInUpstream, startPages, startPagesAtUpstream } from '../testing/pages.ts'
import type { Lies } from '../testing/upstream-lies.ts'

const authorizationRequests = (world: Awaited<ReturnType<typeof startPagesAtUpstream>>) =>
  world.upstream.seen.filter(({ endpoint, query }) => endpoint === 'authorization' && query.has('client_id'))

test('E02 every sign-in has its own S256 challenge, and the verifier is sent only to the token endpoint', async () => {
  await using world = await startPagesAtUpstream()
  const { pages, upstream } = world
  for (let round = 0; round < 2; round++) {
    const { user_code } = await pages.startTerminal()
    await signInUpstream(pages, pages.browse(), user_code)
  }
  const asked = authorizationRequests(world).map(({ query }) => query)
  const verifiers = upstream.seen
    .filter(({ endpoint }) => endpoint === 'token')
    .map(({ form }) => form.get('code_verifier'))
  expect(asked.map((query) => query.get('code_challenge_method'))).toEqual(['S256', 'S256'])
  expect(asked.map((query) => query.get('code_challenge'))).toEqual(
    verifiers.map((verifier) =>
      createHash('sha256')
        .update(verifier ?? '')
        .digest('base64url'),
    ),
  )
  expect(verifiers[0]).toMatch(/^[\w-]{43,128}$/)
  expect(verifiers[0]).not.toBe(verifiers[1])
})

test('E07 E15 only the scope openid is requested, and the redirect URI is the configured one, whatever Host says', async () => {
  await using world = await startPagesAtUpstream()
  const { pages, upstream } = world
  const { user_code } = await pages.startTerminal()
  await signInUpstream(pages, pages.browse(), user_code)
  const browser = pages.browse()
  await browser.open(`${pages.publicUrl}/device`)
  const forged = { host: 'evil.example', 'x-forwarded-host': 'evil.example', forwarded: 'host=evil.example' }
  const again = await pages.startTerminal()
  const form = browser.forms()[0]
  const started = await browser.send('/device', {
    method: 'POST',
    headers: { ...forged, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ form_token: form?.fields[0]?.value ?? '', user_code: again.user_code }).toString(),
  })
  const second = new URL(started.headers.get('location') ?? '')
  expect(second.searchParams.get('redirect_uri')).toBe(pages.callbackUrl)
  const [first] = authorizationRequests(world)
  expect(first?.query.get('redirect_uri')).toBe(pages.callbackUrl)
  expect(first?.query.get('scope')).toBe('openid')
  const token = upstream.seen.find(({ endpoint }) => endpoint === 'token')
  expect(token?.form.get('redirect_uri')).toBe(pages.callbackUrl)
})

const hour = 3600
const now = () => Math.floor(Date.now() / 1000)
const lies: Record<string, () => Lies> = {
  'E03 without a nonce': () => ({ claims: { nonce: undefined } }),
  'E03 with another nonce': () => ({ claims: { nonce: 'another' } }),
  'E04 from another issuer': () => ({ claims: { iss: 'https://evil.example' } }),
  'E04 for another audience': () => ({ claims: { aud: 'another-client' } }),
  'E04 for several audiences without azp': () => ({ claims: { aud: ['osa-node', 'another-client'] } }),
  'E04 for several audiences with a foreign azp': () => ({
    claims: { aud: ['osa-node', 'another-client'], azp: 'another-client' },
  }),
  'E04 that expired over a minute ago': () => ({ claims: { exp: now() - 70 } }),
  'E04 from over a minute in the future': () => ({ claims: { iat: now() + 120, exp: now() + hour } }),
  'E04 without an expiry': () => ({ claims: { exp: undefined } }),
  'E04 without a subject': () => ({ claims: { sub: undefined } }),
  'E13 with an empty subject': () => ({ claims: { sub: '' } }),
  'E13 with a subject longer than 255 characters': () => ({ claims: { sub: 'x'.repeat(256) } }),
  'E13 with a subject that contains NUL': () => ({ claims: { sub: 'a\0b' } }),
  'E13 with a subject that is not ASCII': () => ({ claims: { sub: 'josiah\u202e' } }),
  'E04 signed by another key under the same id': () => ({ signature: 'decoy' }),
  'E04 signed with the client secret': () => ({ signature: 'client_secret' }),
  'E04 that is not signed': () => ({ signature: 'none' }),
  'E04 under an unknown key id': () => ({ header: { kid: 'unknown' } }),
  'E04 checked against swapped keys': () => ({ swappedKeys: true }),
  'E04 that is missing': () => ({ tokenResponse: { id_token: undefined } }),
}

test.each(Object.entries(lies))('%s: an ID token is refused, and the device stays pending', async (_name, lie) => {
  await using world = await startPagesAtUpstream()
  const { pages, upstream } = world
  upstream.settings.lies = lie()
  const terminal = await pages.startTerminal()
  const browser = pages.browse()
  const visit = await signInUpstream(pages, browser, terminal.user_code)
  expect(visit.status).toBe(502)
  expect(visit.url.pathname).toBe('/device/error')
  expect(browser.title()).toContain('could not be verified')
  expect(browser.cookie('__Host-osa_session')).toBeNull()
  expect(await terminal.poll()).toBe('authorization_pending')
})

test('E04 an ID token that expired 30 seconds ago is accepted, within the clock tolerance', async () => {
  await using world = await startPagesAtUpstream()
  world.upstream.settings.lies = { claims: { exp: now() - 30 } }
  const { user_code } = await world.pages.startTerminal()
  const visit = await signInUpstream(world.pages, world.pages.browse(), user_code)
  expect(visit.url.pathname).toBe('/device/confirm')
})

test.each([
  ['another issuer', (address: URL) => address.searchParams.set('iss', 'https://evil.example')],
  ['no issuer, though the provider promises one', (address: URL) => address.searchParams.delete('iss')],
])('E05 a callback that names %s is refused before its code is sent anywhere', async (_name, callback) => {
  await using world = await startPagesAtUpstream()
  const { pages, upstream } = world
  upstream.settings.lies = { callback }
  const terminal = await pages.startTerminal()
  expect((await signInUpstream(pages, pages.browse(), terminal.user_code)).status).toBe(502)
  expect(upstream.counts.token).toBe(0)
  expect(await terminal.poll()).toBe('authorization_pending')
})

test.each([
  ['another issuer', { issuer: 'http://127.0.0.1:9' }],
  ['an http endpoint beyond loopback', { token_endpoint: 'http://evil.example/token' }],
  ['no key set', { jwks_uri: undefined }],
])('E16 metadata with %s is rejected, and the log says why', async (_name, metadata) => {
  await using world = await startPagesAtUpstream({ lies: { metadata } })
  const { pages, upstream } = world
  const terminal = await pages.startTerminal()
  const browser = pages.browse()
  await browser.open(`${pages.publicUrl}/device`)
  const visit = await browser.press('Continue with ORCID', { user_code: terminal.user_code })
  expect(visit.status).toBe(503)
  expect(upstream.counts.authorization).toBe(0)
  expect(pages.logLines.join('')).toMatch(/metadata|issuer/)
  expect(await terminal.poll()).toBe('authorization_pending')
})

test('E16 an http issuer beyond loopback never gets a request', async () => {
  const identity = { orcid: { issuer: 'http://idp.example', clientId: 'a', clientSecret: 'b' }, development: false }
  await using pages = await startPages({ identity })
  const { user_code } = await pages.startTerminal()
  const browser = pages.browse()
  await browser.open(`${pages.publicUrl}/device`)
  expect((await browser.press('Continue with ORCID', { user_code })).status).toBe(503)
  expect(pages.logLines.join('')).toContain('neither https nor on loopback')
})

test('E17 switching account asks the provider for a fresh login', async () => {
  await using world = await startPagesAtUpstream()
  const { pages, upstream } = world
  upstream.settings.silent = true
  const { user_code } = await pages.startTerminal()
  const browser = pages.browse()
  await browser.open(`${pages.publicUrl}/device`)
  await browser.press('Continue with ORCID', { user_code })
  const login = await browser.press('Not you? Switch account')
  expect(login.url.origin).toBe(upstream.issuer)
  expect(authorizationRequests(world).map(({ query }) => query.get('prompt'))).toEqual([null, 'login'])
  const confirm = await browser.press('Sign in and allow', { subject: '0000-0001-5109-3700', name: 'Ada Example' })
  expect(confirm.url.pathname).toBe('/device/confirm')
  expect(confirm.body).toContain('0000-0001-5109-3700')
  expect(confirm.body).toContain(user_code)
})

test('E18 a hundred unknown key ids cause two fetches of the key set', async () => {
  await using world = await startPagesAtUpstream()
  const { pages, upstream } = world
  upstream.settings.silent = true
  upstream.settings.lies = { header: { kid: 'unknown' } }
  const browser = pages.browse()
  await browser.open(`${pages.publicUrl}/account/sessions`)
  for (let round = 0; round < 100; round++) {
    await browser.press('Sign in with ORCID')
    await browser.open(`${pages.publicUrl}/account/sessions`)
  }
  expect(upstream.counts.token).toBe(100)
  expect(upstream.counts.jwks).toBe(2)
})

test('E18 a rotated key is accepted at the next sign-in', async () => {
  await using world = await startPagesAtUpstream()
  const { pages, upstream } = world
  for (const rotate of [false, true]) {
    if (rotate) await upstream.rotateKeys()
    const { user_code } = await pages.startTerminal()
    expect((await signInUpstream(pages, pages.browse(), user_code)).url.pathname).toBe('/device/confirm')
  }
  expect(upstream.counts.jwks).toBe(2)
})

test('E19 a provider that accepts the client secret only in the body gets it there, and never in an address', async () => {
  const metadata = { token_endpoint_auth_methods_supported: ['client_secret_post'] }
  await using world = await startPagesAtUpstream({ lies: { metadata } })
  const { pages, upstream } = world
  const { user_code } = await pages.startTerminal()
  await signInUpstream(pages, pages.browse(), user_code)
  const [token] = upstream.seen.filter(({ endpoint }) => endpoint === 'token')
  expect(token?.headers.authorization).toBeUndefined()
  expect(token?.form.get('client_secret')).toBe(upstream.clientSecret)
  expect(upstream.seen.some(({ query }) => `${query}`.includes(upstream.clientSecret))).toBe(false)
})

test('E20 a hostile display name is shortened and cleaned', async () => {
  await using world = await startPagesAtUpstream()
  const name = `\u001b]52;c;ZXZpbA==\u0007\u202E<img src=x onerror=alert(1)>${'A'.repeat(5_000)}`
  world.upstream.settings.lies = { claims: { name } }
  const { user_code } = await world.pages.startTerminal()
  const { body } = await signInUpstream(world.pages, world.pages.browse(), user_code)
  expect(body).not.toMatch(/[\u001b\u0007\u202E]/)
  expect(body).not.toContain('<img')
  expect(body).toContain('&lt;img src=x')
  expect(body).not.toContain('A'.repeat(100))
})

test('discovery of an unreachable provider is retried by itself, and then people can sign in', async () => {
  await using world = await startPagesAtUpstream({ lies: { answer: { at: 'discovery', how: 'error' } } })
  const { pages, upstream } = world
  const { user_code } = await pages.startTerminal()
  upstream.settings.lies = {}
  await vi.waitFor(() => expect(upstream.counts.discovery).toBeGreaterThan(1), { timeout: 300_000 })
  await vi.waitFor(
    async () => {
      const visit = await signInUpstream(pages, pages.browse(), user_code)
      expect(visit.url.pathname).toBe('/device/confirm')
    },
    { timeout: 300_000 },
  )
})
