import { expect, test } from 'vitest'
import { arriveAtConfirm, carberryButton, startPages } from '../testing/pages.ts'
import { startUpstream } from '../testing/upstream.ts'

test('a developer picks a person, approves, and the terminal is signed in', async () => {
  await using pages = await startPages()
  const terminal = await pages.startTerminal()
  const browser = pages.browse()
  const confirm = await arriveAtConfirm(pages, browser, terminal.user_code)
  expect(confirm.body).toContain('Josiah Carberry')
  await browser.press('Approve')
  expect(await terminal.poll()).toBe('signed in')
})

test('an iD and a name can be typed; an invalid ORCID iD is refused with the reason', async () => {
  await using pages = await startPages()
  const { user_code } = await pages.startTerminal()
  const browser = pages.browse()
  await browser.open(`${pages.publicUrl}/device`)
  await browser.press('Continue with the development sign-in', { user_code })
  const refused = await browser.press('Sign in as this person', { subject: '0000-0002-1825-0098', name: 'Nobody' })
  expect(refused.status).toBe(400)
  expect(refused.body).toContain('role="alert"')
  const typed = { subject: '0000-0003-1415-9269', name: 'Pi \u202E<b>Person' }
  const confirm = await browser.press('Sign in as this person', typed)
  expect(confirm.url.pathname).toBe('/device/confirm')
  expect(confirm.body).toContain('Pi &lt;b&gt;Person')
})

test('E08 declining denies the device authorization', async () => {
  await using pages = await startPages()
  const terminal = await pages.startTerminal()
  const browser = pages.browse()
  await browser.open(`${pages.publicUrl}/device`)
  await browser.press('Continue with the development sign-in', { user_code: terminal.user_code })
  const visit = await browser.press('Deny')
  expect(visit.url.pathname).toBe('/device/error')
  expect(await terminal.poll()).toBe('access_denied')
})

test('the page says that anyone can be anyone', async () => {
  await using pages = await startPages()
  const { user_code } = await pages.startTerminal()
  const browser = pages.browse()
  await browser.open(`${pages.publicUrl}/device`)
  const visit = await browser.press('Continue with the development sign-in', { user_code })
  expect(visit.body).toContain('Development sign-in: anyone can be anyone here')
})

test('a code is valid only for its own sign-in and for a minute', async () => {
  await using pages = await startPages()
  const [one, other] = [pages.browse(), pages.browse()]
  for (const browser of [one, other]) {
    const { user_code } = await pages.startTerminal()
    await browser.open(`${pages.publicUrl}/device`)
    await browser.press('Continue with the development sign-in', { user_code })
  }
  const [first, second] = [await one.pressOnce(carberryButton), await other.pressOnce(carberryButton)]
  const address = new URL(first.headers.get('location') ?? '')
  const foreign = new URL(second.headers.get('location') ?? '')
  foreign.searchParams.set('code', address.searchParams.get('code') ?? '')
  expect((await other.open(foreign)).status).toBe(502)
  pages.clock.advance({ seconds: 61 })
  expect((await one.open(address)).status).toBe(502)
})

test('the page opens only for a request of this node, in the browser that made it', async () => {
  await using pages = await startPages()
  const { user_code } = await pages.startTerminal()
  const browser = pages.browse()
  await browser.open(`${pages.publicUrl}/device`)
  const visit = await browser.press('Continue with the development sign-in', { user_code })
  expect((await pages.browse().open(visit.url)).status).toBe(403)
  const forged = new URL(visit.url)
  forged.searchParams.set('state', 'x'.repeat(43))
  expect((await browser.open(forged)).status).toBe(403)
})

test('L06 without the development sign-in its page does not exist', async () => {
  await using upstream = await startUpstream()
  const { issuer, clientId, clientSecret } = upstream
  await using pages = await startPages({ identity: { orcid: { issuer, clientId, clientSecret }, development: false } })
  expect((await pages.browse().open(`${pages.publicUrl}/development/sign-in`)).status).toBe(404)
})

test.each([
  ['from another machine', { peer: '203.0.113.9' }],
  ['through a proxy that names the client', { headers: { 'X-Forwarded-For': '203.0.113.9' } }],
  ['through a proxy that claims to be this machine', { headers: { 'X-Forwarded-For': '127.0.0.1' } }],
  ['through a proxy that uses Forwarded', { headers: { Forwarded: 'for=203.0.113.9' } }],
  ['through a tunnel', { headers: { 'CF-Connecting-IP': '203.0.113.9' } }],
  ['under a public name', { headers: { Host: 'archive.example' } }],
  ['under a name that only starts with localhost', { headers: { Host: 'localhost.evil.example' } }],
  ['without a host', { headers: { Host: '' } }],
])('L01 the development sign-in refuses a browser %s', async (_how, { peer = '127.0.0.1', headers = {} }: Asked) => {
  await using pages = await startPages({ publicUrl: 'http://localhost:8000' })
  const { user_code } = await pages.startTerminal()
  const browser = pages.browse()
  await browser.open(`${pages.publicUrl}/device`)
  const { url, body } = await browser.press('Continue with the development sign-in', { user_code })
  expect(body).toContain('Josiah Carberry')
  const path = `${url.pathname}${url.search}`
  for (const method of ['GET', 'POST']) {
    const answer = await pages.request(path, { method, headers: { Host: 'localhost:8000', ...headers } }, peer)
    expect(answer.status).toBe(403)
    expect(await answer.text()).toContain('for this machine only')
  }
})
type Asked = { peer?: string; headers?: Record<string, string> }
