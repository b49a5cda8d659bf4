/** The mix-up attack (RFC 9700 §4.4): one of two providers is hostile and sends a person to the other one during a sign-in. */
import { expect, test } from 'vitest'
import { type PagesBrowser, startPages } from '../testing/pages.ts'
import { startUpstream, type Upstream } from '../testing/upstream.ts'

/** Starts a node with two providers, of which the first (as ORCID) or the second is hostile. */
async function startWorld(hostilePlace: 'first' | 'second') {
  const [first, second] = [await startUpstream(), await startUpstream()]
  // like ORCID, no `iss` in answers and none announced, so that only the callback path tells the providers apart
  for (const { settings } of [first, second]) {
    settings.lies = {
      callback: (address) => address.searchParams.delete('iss'),
      metadata: { authorization_response_iss_parameter_supported: false },
    }
  }
  const settingsOf = ({ issuer, clientId, clientSecret }: Upstream) => ({ issuer, clientId, clientSecret })
  const pages = await startPages({
    identity: { orcid: settingsOf(first), oidc: { ...settingsOf(second), name: 'University' }, development: false },
  })
  const [hostile, honest] = hostilePlace === 'first' ? [first, second] : [second, first]
  const callbacks = { first: pages.callbackUrl, second: `${pages.callbackUrl}/oidc` }
  first.allowRedirect(callbacks.first)
  second.allowRedirect(callbacks.second)
  honest.settings.silent = true
  return {
    pages,
    hostile,
    honest,
    buttons: { first: 'Continue with ORCID', second: 'Continue with University' },
    honestCallback: hostilePlace === 'first' ? callbacks.second : callbacks.first,
    async [Symbol.asyncDispose]() {
      for (const part of [pages, first, second]) await part[Symbol.asyncDispose]()
    },
  }
}
type World = Awaited<ReturnType<typeof startWorld>>

/** Where the hostile provider redirects a browser to: to the honest one, as if the node had sent it. */
function misled(world: World, sentTo: URL): URL {
  const onwards = new URL('/auth', world.honest.issuer)
  const { searchParams: asked } = sentTo
  for (const name of ['response_type', 'scope', 'state', 'nonce', 'code_challenge', 'code_challenge_method']) {
    const value = asked.get(name)
    if (value !== null) onwards.searchParams.set(name, value)
  }
  onwards.searchParams.set('client_id', world.honest.clientId)
  onwards.searchParams.set('redirect_uri', world.honestCallback)
  return onwards
}

const isSignedIn = (browser: PagesBrowser): boolean => browser.cookie('__Host-osa_session') !== null

test.each(['first', 'second'] as const)(
  'E03 RFC 9700 §4.4 a hostile provider that is configured %s never gets a code of the other provider',
  async (place) => {
    await using world = await startWorld(place)
    const { pages, hostile, honest } = world
    const terminal = await pages.startTerminal()
    const victim = pages.browse()
    await victim.open(`${pages.publicUrl}/device`)
    const sent = await victim.pressOnce(world.buttons[place], { user_code: terminal.user_code })
    const visit = await victim.open(misled(world, new URL(sent.headers.get('location') ?? '')))
    expect(honest.issued, 'the honest provider has issued a code').not.toEqual([])
    expect(visit.status).toBe(502)
    expect([hostile.counts.token, honest.counts.token]).toEqual([0, 0])
    expect(hostile.seen.flatMap(({ form, query }) => [...form.values(), ...query.values()])).not.toContain(
      honest.issued[0],
    )
    expect(isSignedIn(victim)).toBe(false)
    expect(await terminal.poll()).toBe('authorization_pending')
  },
)

test('each provider has its own callback path, and signing in works at both', async () => {
  await using world = await startWorld('second')
  const { pages, hostile, honest } = world
  hostile.settings.silent = true
  for (const button of Object.values(world.buttons)) {
    const { user_code } = await pages.startTerminal()
    const browser = pages.browse()
    await browser.open(`${pages.publicUrl}/device`)
    expect((await browser.press(button, { user_code })).url.pathname).toBe('/device/confirm')
  }
  const askedOf = ({ seen }: Upstream) => seen.find(({ query }) => query.has('redirect_uri'))?.query.get('redirect_uri')
  expect([askedOf(honest), askedOf(hostile)]).toEqual([pages.callbackUrl, `${pages.callbackUrl}/oidc`])
})

test.each(['', '&code='])(
  'a callback with a valid state and no code (%s) is answered with 400, without a request to a provider',
  async (rest) => {
    await using world = await startWorld('second')
    const { pages, honest } = world
    const { user_code } = await pages.startTerminal()
    const browser = pages.browse()
    await browser.open(`${pages.publicUrl}/device`)
    const sent = await browser.pressOnce(world.buttons.first, { user_code })
    const state = new URL(sent.headers.get('location') ?? '').searchParams.get('state')
    const visit = await browser.open(`${pages.callbackUrl}?state=${state}${rest}`)
    expect(visit.status).toBe(400)
    expect(visit.body).toContain('href="/device"')
    expect(honest.counts.token).toBe(0)
  },
)
