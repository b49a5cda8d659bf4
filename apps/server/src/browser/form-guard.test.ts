import { expect, test } from 'vitest'
import { arriveAtConfirm, type Pages, type PagesBrowser, startPages } from '../testing/pages.ts'

const formType = { 'content-type': 'application/x-www-form-urlencoded' }

/** Posts the code form with additional headers or a different body. */
async function post(
  pages: Pages,
  browser: PagesBrowser,
  { headers = {}, body }: { headers?: Record<string, string>; body?: (token: string) => string } = {},
) {
  await browser.open(`${pages.publicUrl}/device`)
  const token = browser.forms()[0]?.fields.find(({ name }) => name === 'form_token')?.value ?? ''
  const plain = new URLSearchParams({ form_token: token, user_code: 'BCDF-GHJK' }).toString()
  return browser.send('/device', { method: 'POST', headers: { ...formType, ...headers }, body: body?.(token) ?? plain })
}

test('D06 a form without Origin and Sec-Fetch-Site is accepted', async () => {
  await using pages = await startPages()
  expect((await post(pages, pages.browse())).status).toBe(400)
})

test.each([
  ['Sec-Fetch-Site cross-site', { 'sec-fetch-site': 'cross-site' }],
  ['Sec-Fetch-Site same-site', { 'sec-fetch-site': 'same-site' }],
  ['a foreign Origin', { origin: 'https://evil.example' }],
  ['a look-alike Origin', { origin: 'https://archive.example.evil.example' }],
  ['the same host over http', { origin: 'http://archive.example' }],
  ['a null Origin alone', { origin: 'null' }],
  ['a null Origin from another site', { origin: 'null', 'sec-fetch-site': 'cross-site' }],
])('D06 %s is refused', async (_name, headers) => {
  await using pages = await startPages()
  const visit = await post(pages, pages.browse(), { headers })
  expect(visit.status).toBe(403)
  expect(visit.body).toContain(pages.publicUrl)
})

test.each([
  ['our Origin', { origin: 'https://archive.example', 'sec-fetch-site': 'same-origin' }],
  ['a null Origin that the browser says is ours', { origin: 'null', 'sec-fetch-site': 'same-origin' }],
])('D06 %s is accepted', async (_name, headers) => {
  await using pages = await startPages()
  expect((await post(pages, pages.browse(), { headers })).status).toBe(400)
})

test.each([
  ['no token', () => 'user_code=BCDF-GHJK', 403],
  ['an empty token', () => 'form_token=&user_code=BCDF-GHJK', 403],
  ['a made-up token', () => `form_token=${'A'.repeat(43)}&user_code=BCDF-GHJK`, 403],
  ['the field twice', (token: string) => `form_token=${token}&user_code=BCDF-GHJK&user_code=BCDF-GHJK`, 400],
  ['the token twice', (token: string) => `form_token=${token}&form_token=${token}&user_code=BCDF-GHJK`, 400],
  [
    'a thousand fields',
    (token: string) => `form_token=${token}${'&x'.repeat(1)}${[...Array(1_000).keys()].map((n) => `&f${n}=`).join('')}`,
    400,
  ],
  ['a megabyte', (token: string) => `form_token=${token}&user_code=${'B'.repeat(1_000_000)}`, 413],
] as const)('D05 C05 a form with %s is refused', async (_name, body, status) => {
  await using pages = await startPages()
  expect((await post(pages, pages.browse(), { body })).status).toBe(status)
})

test('D05 a body that is not a form is refused', async () => {
  await using pages = await startPages()
  const headers = { 'content-type': 'application/json' }
  expect((await post(pages, pages.browse(), { headers, body: () => '{}' })).status).toBe(400)
})

test('D05 a token of another browser is refused', async () => {
  await using pages = await startPages()
  const [mine, theirs] = [pages.browse(), pages.browse()]
  await theirs.open(`${pages.publicUrl}/device`)
  const foreign = theirs.forms()[0]?.fields[0]?.value ?? ''
  const visit = await post(pages, mine, { body: () => `form_token=${foreign}&user_code=BCDF-GHJK` })
  expect(visit.status).toBe(403)
})

test('D05 a token of another step is refused', async () => {
  await using pages = await startPages()
  const terminal = await pages.startTerminal()
  const browser = pages.browse()
  await arriveAtConfirm(pages, browser, terminal.user_code)
  const [switching] = browser.forms()
  const token = switching?.fields[0]?.value ?? ''
  const visit = await browser.press('Approve', { form_token: token })
  expect(visit.status).toBe(403)
  expect(await terminal.poll()).toBe('authorization_pending')
})

test('D05 a token from before the login does not approve', async () => {
  await using pages = await startPages()
  const terminal = await pages.startTerminal()
  const browser = pages.browse()
  await browser.open(`${pages.publicUrl}/device`)
  const before = browser.forms()[0]?.fields[0]?.value ?? ''
  await arriveAtConfirm(pages, browser, terminal.user_code)
  expect((await browser.press('Approve', { form_token: before })).status).toBe(403)
  expect(await terminal.poll()).toBe('authorization_pending')
})
