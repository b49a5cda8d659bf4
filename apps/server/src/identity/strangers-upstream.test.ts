/** J10: a real node over HTTP, and a provider that counts who calls it. */
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

/** What the node itself asked the provider; a browser's own visits are `authorization` and `login`. */
const callsOf = ({ counts: { discovery, token, jwks, other } }: Upstream) => ({ discovery, token, jwks, other })

const post = (address: string, body: Record<string, string>) =>
  fetch(address, { method: 'POST', body: new URLSearchParams(body), redirect: 'manual' })

/** Everything a stranger can think of, with and without a provider that answers. */
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
  const started = await post(`${url}/oauth/device_authorization`, { client_id: 'osa-cli' })
  const { device_code, user_code } = (await started.json()) as Record<string, string>
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

test('J10 over real HTTP nothing that a stranger sends makes the node call the provider; coming back from it with a state does', async () => {
  await using upstream = await startUpstream()
  await using node = await nodeAt(upstream)
  upstream.allowRedirect(`${node.url}/api/v1/auth/callback`)
  expect(callsOf(upstream)).toEqual({ discovery: 1, token: 0, jwks: 0, other: 0 })
  const userCode = await strangersVisits(node.url)
  const browser = testBrowser({ fetch: (address, init) => fetch(address, init) })
  await browser.open(`${node.url}/device`)
  const begun = await browser.pressOnce('Continue with Example University', { user_code: userCode })
  expect(begun.headers.get('location')).toContain(`${upstream.issuer}/auth?`)
  expect(callsOf(upstream), 'a right code included').toEqual({ discovery: 1, token: 0, jwks: 0, other: 0 })
  await browser.open(begun.headers.get('location') ?? '')
  expect((await browser.press('Sign in and allow')).url.pathname).toBe('/device/confirm')
  expect(callsOf(upstream)).toMatchObject({ discovery: 1, token: 1, jwks: 1 })
})

test('J10 E10 with a provider that is down the node starts, pages are there, strangers add no call, and it is found by itself', async () => {
  await using upstream = await startUpstream()
  upstream.settings.lies = { answer: { at: 'discovery', how: 'error' } }
  await using node = await nodeAt(upstream)
  await Promise.all(Array.from({ length: 30 }, () => fetch(`${node.url}/device`)))
  const [before, startedAtMs] = [upstream.counts.discovery, performance.now()]
  for (let n = 0; n < 100; n++) expect((await fetch(`${node.url}/device`)).status).toBe(200)
  // attempts come by the clock, one after 1, 2, 4, … s, however many people look at the page
  const attempts = upstream.counts.discovery - before
  expect(attempts).toBeLessThanOrEqual(1 + (performance.now() - startedAtMs) / 1_000)
  upstream.settings.lies = {}
  await vi.waitFor(
    async () => {
      const browser = testBrowser({ fetch: (address, init) => fetch(address, init) })
      await browser.open(`${node.url}/account/sessions`)
      const begun = await browser.pressOnce('Sign in with Example University')
      expect(begun.headers.get('location')).toContain(`${upstream.issuer}/auth?`)
    },
    { timeout: 300_000, interval: 500 },
  )
})
