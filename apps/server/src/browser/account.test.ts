import { expect, test } from 'vitest'
import {
  arriveAtConfirm,
  carberryButton,
  type Pages,
  type PagesBrowser,
  signInTerminal,
  startPages,
} from '../testing/pages.ts'

const buttonOf = (browser: PagesBrowser, pattern: RegExp) =>
  browser
    .forms()
    .flatMap(({ buttons }) => buttons)
    .find(({ text }) => pattern.test(text))

async function openSessions(pages: Pages, as = carberryButton) {
  const browser = pages.browse()
  await browser.open(`${pages.publicUrl}/account/sessions`)
  await browser.press('Sign in with the development sign-in')
  await browser.press(as)
  return browser
}

test('D30 two terminals are listed with client, name, address and times; signing one out leaves the other signed in', async () => {
  await using pages = await startPages()
  const laptop = (await signInTerminal(pages, 'laptop')).refreshToken
  const cluster = (await signInTerminal(pages, 'cluster')).refreshToken
  const browser = await openSessions(pages)
  const { body, url } = browser.page()
  expect(url.pathname).toBe('/account/sessions')
  for (const shown of [
    'laptop',
    'cluster',
    'OSA command line',
    '203.0.113.5',
    'Last used',
    'Signed in',
    'Josiah Carberry',
    '0000-0002-1825-0097',
  ]) {
    expect(body).toContain(shown)
  }
  const after = await browser.press('Sign out laptop')
  expect(after.body).not.toContain('laptop')
  expect(await pages.refresh(laptop)).toMatchObject({ error: 'invalid_grant' })
  expect(await pages.refresh(cluster)).toHaveProperty('access_token')
})

test('D30 all terminals can be signed out at once', async () => {
  await using pages = await startPages()
  const terminals = [await signInTerminal(pages, 'laptop'), await signInTerminal(pages, 'cluster')]
  const browser = await openSessions(pages)
  const after = await browser.press('Sign out all terminals')
  expect(after.body).toContain('No terminal is signed in as you')
  for (const { refreshToken } of terminals)
    expect(await pages.refresh(refreshToken)).toMatchObject({ error: 'invalid_grant' })
})

test('D30 a person can neither see nor sign out another person’s terminals', async () => {
  await using pages = await startPages()
  const { refreshToken: token } = await signInTerminal(pages, 'laptop')
  const owner = await openSessions(pages)
  const id = buttonOf(owner, /^Sign out laptop$/)?.value ?? ''
  await signInTerminal(pages, 'mine', 'Ada Example, publisher')
  const stranger = await openSessions(pages, 'Ada Example, publisher')
  expect(stranger.page().body).not.toContain('laptop')
  await stranger.press('Sign out mine', { session: id })
  expect(await pages.refresh(token)).toHaveProperty('access_token')
})

test('D25 signing out ends the session and clears its cookie', async () => {
  await using pages = await startPages()
  const browser = await openSessions(pages)
  const before = browser.cookies()
  const after = await browser.press('Sign out of this page')
  expect(after.body).toContain('Sign in to see your terminals')
  expect(browser.cookie('__Host-osa_session')).toBeNull()
  browser.setCookies(before)
  expect((await browser.open(`${pages.publicUrl}/account/sessions`)).body).not.toContain('Josiah')
})

test('D05 signing a terminal out needs the form of this page', async () => {
  await using pages = await startPages()
  const { refreshToken: token } = await signInTerminal(pages, 'laptop')
  const browser = await openSessions(pages)
  expect((await browser.press('Sign out laptop', { form_token: 'x'.repeat(43) })).status).toBe(403)
  expect((await browser.send('/account/sign-out', { method: 'POST', body: '' })).status).not.toBe(303)
  expect(await pages.refresh(token)).toHaveProperty('access_token')
})

test('E22 another site cannot start a sign-in', async () => {
  await using pages = await startPages()
  const browser = pages.browse()
  await browser.open(`${pages.publicUrl}/account/sessions`)
  const answer = await browser.send('/account/sign-in', {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      origin: 'https://evil.example',
      'sec-fetch-site': 'cross-site',
    },
    body: 'provider=development',
  })
  expect(answer.status).toBe(403)
  expect((await browser.send('/account/sign-in')).status).toBe(405)
})

test('D30 a person can name a terminal, and the name is cleaned, shortened and quoted like a reported one', async () => {
  await using pages = await startPages()
  await signInTerminal(pages, 'host-4711')
  const browser = await openSessions(pages)
  const named = await browser.press('Save name of host-4711', { name: ` my <b>laptop</b>\u202e${'x'.repeat(100)}` })
  expect(named.url.pathname).toBe('/account/sessions')
  expect(named.body).toMatch(/<h2><q class="foreign"><bdi>my &lt;b&gt;laptop&lt;(<wbr>)?\/b&gt;x{44,48}…<\/bdi>/)
  const unnamed = await browser.press(buttonOf(browser, /^Save name of my/)?.text ?? '', { name: '  ' })
  expect(unnamed.body).toContain('<h2>Unnamed device')
})

test('D30 D05 naming a terminal needs the form of this page, and the terminal must be the person’s own', async () => {
  await using pages = await startPages()
  await signInTerminal(pages, 'laptop')
  const owner = await openSessions(pages)
  const id = buttonOf(owner, /^Sign out laptop$/)?.value ?? ''
  expect((await owner.press('Save name of laptop', { form_token: 'x'.repeat(43), name: 'y' })).status).toBe(403)
  await signInTerminal(pages, 'mine', 'Ada Example, publisher')
  const stranger = await openSessions(pages, 'Ada Example, publisher')
  await stranger.press('Save name of mine', { session: id, name: 'stolen' })
  const again = await owner.open(`${pages.publicUrl}/account/sessions`)
  expect(again.body).toContain('laptop')
  expect(again.body).not.toContain('stolen')
})

test('a terminal signed in since the last visit is marked as new once, and mentioned after the next approval', async () => {
  await using pages = await startPages()
  await signInTerminal(pages, 'laptop')
  expect((await openSessions(pages)).page().body).not.toContain('New since')
  pages.clock.advance({ seconds: 60 })
  await signInTerminal(pages, 'cluster')
  const terminal = await pages.startTerminal()
  const approving = pages.browse()
  await arriveAtConfirm(pages, approving, terminal.user_code)
  expect((await approving.press('Approve')).body).toContain('Signed in as you since your last visit: 1 terminal.')
  const browser = await openSessions(pages)
  expect(browser.page().body).toContain('New since your last visit: 1 terminal.')
  expect(browser.page().body).toMatch(/cluster<\/bdi><\/q> <span class="new">New/)
  expect(browser.page().body).not.toMatch(/laptop<\/bdi><\/q> <span class="new">/)
  await browser.send('/account/sessions', { method: 'HEAD' })
  expect((await browser.open(`${pages.publicUrl}/account/sessions`)).body).not.toContain('New since')
})
