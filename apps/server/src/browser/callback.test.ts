import { expect, test } from 'vitest'
import { signInUpstream, startPagesAtUpstream } from '../testing/pages.ts'

type World = Awaited<ReturnType<typeof startPagesAtUpstream>>

/** Enters a terminal's code and follows the redirect to ORCID. */
async function arriveAtProvider({ pages }: World) {
  const terminal = await pages.startTerminal()
  const browser = pages.browse()
  await browser.open(`${pages.publicUrl}/device`)
  await browser.press('Continue with ORCID', { user_code: terminal.user_code })
  return { browser, terminal }
}

/** Signs in at the provider and returns the callback address that it redirects to, without opening it. */
/** Signs in at the provider and returns the callback address that it redirects to, without opening it. */
async function callbackAddress({ pages, upstream }: World, userCode: string, browser = pages.browse()) {
  upstream.settings.silent = true
  await browser.open(`${pages.publicUrl}/device`)
  let visit = await browser.pressOnce('Continue with ORCID', { user_code: userCode })
  for (;;) {
    const next = new URL(visit.headers.get('location') ?? '', visit.url)
    if (next.pathname === '/api/v1/auth/callback') return { browser, callback: next }
    visit = await browser.send(next)
  }
}

test('D23 E21 the callback is not cached and redirects to a clean address, so neither code nor state stays in the history', async () => {
  await using world = await startPagesAtUpstream()
  const terminal = await world.pages.startTerminal()
  const { browser, callback } = await callbackAddress(world, terminal.user_code)
  const answer = await browser.send(callback)
  expect(answer.status).toBe(303)
  expect(answer.headers.get('cache-control')).toBe('no-store')
  const location = answer.headers.get('location') ?? ''
  expect(location).toMatch(/^\/device\/confirm\?flow=[0-9a-f-]{36}$/)
  await browser.open(location)
  await browser.press('Approve')
  for (const address of browser.history) expect(address).not.toMatch(/[?&](code|state|user_code)=/)
})

test('E11 ten callbacks at once cause one token request and one session', async () => {
  await using world = await startPagesAtUpstream()
  const terminal = await world.pages.startTerminal()
  const { browser, callback } = await callbackAddress(world, terminal.user_code)
  const answers = await Promise.all(Array.from({ length: 10 }, () => browser.send(callback)))
  expect(world.upstream.counts.token).toBe(1)
  expect(answers.filter(({ headers }) => headers.get('location')?.startsWith('/device/confirm'))).toHaveLength(1)
})

test('E01 E22 a callback in another browser, or without a cookie, has no effect there', async () => {
  await using world = await startPagesAtUpstream()
  const { pages, upstream } = world
  const terminal = await pages.startTerminal()
  const { callback } = await callbackAddress(world, terminal.user_code)
  const victim = pages.browse()
  expect((await victim.open(callback)).status).toBe(400)
  await victim.open(`${pages.publicUrl}/device`)
  expect((await victim.open(callback)).status).toBe(400)
  expect(victim.cookie('__Host-osa_session')).toBeNull()
  expect(upstream.counts.token).toBe(0)
  expect(await terminal.poll()).toBe('authorization_pending')
})

test('E01 a sign-in that takes longer than ten minutes is refused', async () => {
  await using world = await startPagesAtUpstream()
  const terminal = await world.pages.startTerminal()
  const { browser, callback } = await callbackAddress(world, terminal.user_code)
  world.pages.clock.advance({ seconds: 601 })
  expect((await browser.open(callback)).status).toBe(400)
  expect(world.upstream.counts.token).toBe(0)
})

test.each([
  ['two codes', (address: URL) => address.searchParams.append('code', 'x')],
  ['two states', (address: URL) => address.searchParams.append('state', 'x')],
  ['two issuers', (address: URL) => address.searchParams.append('iss', 'x')],
  ['an error beside the code', (address: URL) => address.searchParams.set('error', 'access_denied')],
  ['another state', (address: URL) => address.searchParams.set('state', 'x'.repeat(43))],
  ['no state', (address: URL) => address.searchParams.delete('state')],
])('E09 a callback with %s is refused and changes nothing', async (_name, confuse) => {
  await using world = await startPagesAtUpstream()
  const terminal = await world.pages.startTerminal()
  const { browser, callback } = await callbackAddress(world, terminal.user_code)
  confuse(callback)
  const visit = await browser.open(callback)
  expect(visit.status).toBe(400)
  expect(visit.url.search).not.toContain('code=')
  expect(world.upstream.counts.token).toBe(0)
  expect(await terminal.poll()).toBe('authorization_pending')
})

test('D01 E09 only GET is accepted as a callback; HEAD and POST do not consume it', async () => {
  await using world = await startPagesAtUpstream()
  const terminal = await world.pages.startTerminal()
  const { browser, callback } = await callbackAddress(world, terminal.user_code)
  const posted = await browser.send(callback.pathname, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: callback.searchParams.toString(),
  })
  expect(posted.status).toBe(405)
  expect(posted.headers.get('allow')).toBe('GET')
  expect((await browser.send(callback, { method: 'HEAD' })).status).toBe(405)
  expect(world.upstream.counts.token).toBe(0)
  expect((await browser.open(callback)).url.pathname).toBe('/device/confirm')
})

test('D14 the session cookie changes at each login', async () => {
  await using world = await startPagesAtUpstream()
  const { pages } = world
  const browser = pages.browse()
  const seen: string[] = []
  for (let round = 0; round < 2; round++) {
    const { user_code } = await pages.startTerminal()
    const { callback } = await callbackAddress(world, user_code, browser)
    await browser.open(callback)
    seen.push(browser.cookie('__Host-osa_session')?.value ?? '')
  }
  expect(new Set([...seen, browser.cookie('__Host-osa_browser')?.value]).size).toBe(3)
  const confirm = browser.page().url
  const cookies = browser.cookies()
  browser.setCookies(
    cookies.map((cookie) => (cookie.name === '__Host-osa_session' ? { ...cookie, value: seen[0] ?? '' } : cookie)),
  )
  expect((await browser.open(confirm)).status).toBe(403)
})

test('E08 a person who declines at the provider sees what happened, and the terminal is refused at once', async () => {
  await using world = await startPagesAtUpstream()
  const { browser, terminal } = await arriveAtProvider(world)
  const visit = await browser.press('Deny access')
  expect(visit.status).toBe(403)
  expect(visit.body).toContain('You declined at ORCID')
  expect(visit.body).toContain('it has been told')
  expect(visit.body).not.toContain('<b>no</b>')
  expect(await terminal.poll()).toBe('access_denied')
})

test('E08 a denial without its state changes nothing, and the page says what to do next', async () => {
  await using world = await startPagesAtUpstream()
  const { pages, upstream } = world
  upstream.settings.lies = { dropStateOnDenial: true }
  const terminal = await pages.startTerminal()
  const browser = pages.browse()
  await browser.open(`${pages.publicUrl}/device`)
  await browser.press('Continue with ORCID', { user_code: terminal.user_code })
  const visit = await browser.press('Deny access')
  expect(visit.status).toBe(400)
  expect(visit.url.search).not.toMatch(/state|access_denied/)
  expect(visit.body).toContain('This sign-in cannot be continued')
  expect(visit.body).toContain(
    'If you have just declined at the identity provider,\nyou do not need to do anything: the terminal stops waiting when its code expires.',
  )
  expect(await terminal.poll()).toBe('authorization_pending')
  await browser.open(new URL(/href="(\/device)"/.exec(visit.body)?.[1] ?? '', visit.url))
  upstream.settings.lies = {}
  await browser.press('Continue with ORCID', { user_code: terminal.user_code })
  expect((await browser.press('Deny access')).status).toBe(403)
  expect(await terminal.poll()).toBe('access_denied')
})

test.each(['login_required', 'server_error', 'invalid_request'])(
  'E08 %s from the provider leaves the device pending, with a way to try again',
  async (error) => {
    await using world = await startPagesAtUpstream()
    const { pages, upstream } = world
    const callback = (address: URL) => {
      address.searchParams.delete('code')
      address.searchParams.set('error', error)
    }
    upstream.settings.lies = { callback }
    const terminal = await pages.startTerminal()
    const visit = await signInUpstream(pages, pages.browse(), terminal.user_code)
    expect([502, 503]).toContain(visit.status)
    expect(visit.body).toContain('<a href="/device">enter its code again</a>')
    expect(visit.body).toContain('<a href="/account/sessions">sign in again</a>')
    expect(await terminal.poll()).toBe('authorization_pending')
  },
)

test('D21 the reason for a failed sign-in is shown only in the browser where it failed', async () => {
  await using world = await startPagesAtUpstream()
  const { browser } = await arriveAtProvider(world)
  const { url } = await browser.press('Deny access')
  const elsewhere = await world.pages.browse().open(url)
  expect(elsewhere.status).toBe(400)
  expect(elsewhere.body).not.toContain('You declined')
  url.searchParams.set('reason', 'account_disabled')
  expect((await browser.open(url)).body).not.toContain('disabled')
})

test('D01 D31 E17 with silent sign-on and earlier approvals, every approval still needs the confirm page', async () => {
  await using world = await startPagesAtUpstream()
  const { pages, upstream } = world
  upstream.settings.silent = true
  const browser = pages.browse()
  for (let round = 0; round < 2; round++) {
    const terminal = await pages.startTerminal()
    await browser.open(terminal.verification_uri_complete)
    const confirm = await browser.press('Continue with ORCID')
    expect(confirm.url.pathname).toBe('/device/confirm')
    expect(confirm.body).not.toContain(terminal.user_code)
    expect(await terminal.poll()).toBe('authorization_pending')
    await browser.press('Approve', { typed_code: terminal.user_code })
    pages.clock.advance({ seconds: 6 })
    expect(await terminal.poll()).toBe('signed in')
  }
})
