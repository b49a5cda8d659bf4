/** J10: a real node over HTTP, and a provider that counts the requests it gets. */
import { createSharedDatabase } from '@osa/db/testing/shared-postgres'
import { expect, test, vi } from 'vitest'
import { testBrowser } from '../testing/browser.ts'
import { spawnNode } from '../testing/spawn-node.ts'
import { startUpstream, type Upstream } from '../testing/upstream.ts'

const nodeAt = async (upstream: Upstream) =>
  spawnNode({
    env: {
      DATABASE_URL: await createSharedDatabase({ migrated: true }),
      OSA_OIDC_ISSUER: upstream.issuer,
      OSA_OIDC_CLIENT_ID: upstream.clientId,
      OSA_OIDC_CLIENT_SECRET: upstream.clientSecret,
      OSA_OIDC_NAME: 'Example University',
    },
  })

/** The requests of the node itself to the provider; those of a browser count as `authorization` and `login`. */
const callsOf = ({ counts: { discovery, token, jwks, other } }: Upstream) => ({ discovery, token, jwks, other })

const post = (address: string, body: Record<string, string>) =>
  fetch(address, { method: 'POST', body: new URLSearchParams(body), redirect: 'manual' })

/** Sends all kinds of requests that are possible without having been at the provider. Returns the user code of a new start. */
async function strangersVisits(url: string): Promise<string> {
  const paths = [
    '/',
    '/device',
    '/device?user_code=BBBB-BBBB',
    '/device/confirm',
    '/device/error',
    '/device/complete',
    '/account/sessions',
    '/api/v1/auth/callback?code=x&state=y',
    '/api/v1/auth/callback?error=access_denied&state=y',
    '/api/v1/auth/callback?error=access_denied',
    '/.well-known/jwks.json',
    '/.well-known/openid-configuration',
    '/nowhere',
  ]
  for (let round = 0; round < 3; round++) {
    await Promise.all(paths.map((path) => fetch(`${url}${path}`, { headers: { accept: 'text/html' } })))
  }
  const start = await post(`${url}/oauth/device_authorization`, { client_id: 'osa-cli' })
  const { device_code, user_code } = (await start.json()) as Record<string, string>
  const grant_type = 'urn:ietf:params:oauth:grant-type:device_code'
  await post(`${url}/oauth/token`, { client_id: 'osa-cli', grant_type, device_code: device_code ?? '' })
  await post(`${url}/oauth/token`, { client_id: 'osa-cli', grant_type: 'refresh_token', refresh_token: 'x' })
  const wrong = testBrowser({ fetch: (address, init) => fetch(address, init) })
  await wrong.open(`${url}/device`)
  await wrong.press('Continue with Example University', { user_code: 'BBBB-BBBB' })
  await wrong.open(`${url}/account/sessions`)
  await wrong.pressOnce('Sign in with Example University')
  return user_code ?? ''
}

test('J10 over real HTTP no request of a stranger makes the node call the provider; a callback with a valid state does', async () => {
  await using upstream = await startUpstream()
  await using node = await nodeAt(upstream)
  upstream.allowRedirect(`${node.url}/api/v1/auth/callback`)
  expect(callsOf(upstream)).toEqual({ discovery: 1, token: 0, jwks: 0, other: 0 })
  const userCode = await strangersVisits(node.url)
  const browser = testBrowser({ fetch: (address, init) => fetch(address, init) })
  await browser.open(`${node.url}/device`)
  const started = await browser.pressOnce('Continue with Example University', { user_code: userCode })
  expect(started.headers.get('location')).toContain(`${upstream.issuer}/auth?`)
  expect(callsOf(upstream), 'even with a valid code').toEqual({ discovery: 1, token: 0, jwks: 0, other: 0 })
  await browser.open(started.headers.get('location') ?? '')
  expect((await browser.press('Sign in and allow')).url.pathname).toBe('/device/confirm')
  expect(callsOf(upstream)).toMatchObject({ discovery: 1, token: 1, jwks: 1 })
})

test('J10 E10 if the provider is down, the node starts and serves pages, strangers cause no calls, and discovery succeeds once it is up', async () => {
  await using upstream = await startUpstream()
  upstream.settings.lies = { answer: { at: 'discovery', how: 'error' } }
  await using node = await nodeAt(upstream)
  await Promise.all(Array.from({ length: 30 }, () => fetch(`${node.url}/device`)))
  const [before, startedAtMs] = [upstream.counts.discovery, performance.now()]
  for (let n = 0; n < 100; n++) expect((await fetch(`${node.url}/device`)).status).toBe(200)
  // attempts follow the clock, after 1, 2, 4, … s, however often pages are requested
  const attempts = upstream.counts.discovery - before
  expect(attempts).toBeLessThanOrEqual(1 + (performance.now() - startedAtMs) / 1_000)
  upstream.settings.lies = {}
  await vi.waitFor(
    async () => {
      const browser = testBrowser({ fetch: (address, init) => fetch(address, init) })
      await browser.open(`${node.url}/account/sessions`)
      const started = await browser.pressOnce('Sign in with Example University')
      expect(started.headers.get('location')).toContain(`${upstream.issuer}/auth?`)
    },
    { timeout: 300_000, interval: 500 },
  )
})
