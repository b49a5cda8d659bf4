/** Providers other than ORCID. */
import { expect, test } from 'vitest'
import { oidcAt, type PagesOptions, signInUpstream, startPages } from '../testing/pages.ts'
import { startUpstream, type Upstream } from '../testing/upstream.ts'

async function signInAt(upstream: Upstream, identity: PagesOptions['identity'] = oidcAt(upstream)) {
  await using pages = await startPages({ ...(identity ? { identity } : {}) })
  upstream.allowRedirect(pages.callbackUrl)
  const { user_code } = await pages.startTerminal()
  return signInUpstream(pages, pages.browse(), user_code, 'Example University')
}
const askedScope = ({ seen }: Upstream) => seen.find(({ query }) => query.has('client_id'))?.query.get('scope')

test('the scope profile is requested by default, since providers send the name only with it', async () => {
  await using upstream = await startUpstream()
  const visit = await signInAt(upstream)
  expect(askedScope(upstream)).toBe('openid profile')
  expect(visit.body).toContain('Josiah Carberry')
})

test('the requested scope is a setting', async () => {
  await using upstream = await startUpstream()
  const { oidc, development } = oidcAt(upstream)
  await signInAt(upstream, { oidc: { ...oidc, scope: 'openid' }, development })
  expect(askedScope(upstream)).toBe('openid')
})

test('null in a token response means that the member is absent', async () => {
  await using upstream = await startUpstream()
  upstream.settings.lies = { tokenResponse: { refresh_token: null, scope: null, expires_in: null } }
  expect((await signInAt(upstream)).status).toBe(200)
})
