import { expect, test } from 'vitest'
import { pagePaths, startPages } from '../testing/pages.ts'

test.each([
  ['/api/v1/auth/device/verify', '/device'],
  ['/api/v1/auth/device/verify?code=BCDF-GHJK', '/device?user_code=BCDF-GHJK'],
  ['/api/v1/auth/device/verify?code=a%26b%3Dc&error_message=x', '/device?user_code=a%26b%3Dc'],
  ['/api/v1/auth/device/complete?code=x', '/device/complete'],
  ['/api/v1/auth/device/error?error_description=x', '/device/error'],
])('the original address %s redirects to %s', async (from, to) => {
  await using pages = await startPages()
  const answer = await pages.browse().send(`${pages.publicUrl}${from}`)
  expect(answer.status).toBe(303)
  expect(answer.headers.get('location')).toBe(to)
})

test('D28 no address redirects to another site', async () => {
  await using pages = await startPages()
  const targets = ['//evil.example', '/\\evil.example', 'https:evil.example', 'https://evil.example']
  const names = ['next', 'return_to', 'redirect_uri', 'continue', 'code', 'flow', 'user_code']
  const paths = [
    ...pagePaths,
    '/api/v1/auth/callback',
    '/api/v1/auth/device/verify',
    '//evil.example',
    '/\\evil.example',
  ]
  for (const path of paths) {
    for (const target of targets) {
      const query = new URLSearchParams(names.map((name) => [name, target]))
      const address = `${pages.publicUrl}${path}?${query}`
      const { headers } = await pages.browse().send(address)
      const location = headers.get('location')
      if (location !== null) expect(new URL(location, pages.publicUrl).origin).toBe(pages.publicUrl)
    }
  }
})

test('an unknown address is answered with a page for browsers and JSON for programs', async () => {
  await using pages = await startPages()
  const page = await pages.browse().open(`${pages.publicUrl}/nowhere`)
  expect(page.status).toBe(404)
  expect(page.headers.get('content-type')).toContain('text/html')
  for (const [path, accept] of [
    ['/nowhere', '*/*'],
    ['/api/nowhere', 'text/html'],
    ['/oauth/nowhere', 'text/html'],
  ] as const) {
    const answer = await pages.request(path, { headers: { accept } })
    expect(answer.status).toBe(404)
    expect(answer.headers.get('content-type')).toContain('application/json')
  }
})

test('a method that a page does not accept is answered with 405 and Allow', async () => {
  await using pages = await startPages()
  const answer = await pages.browse().send(`${pages.publicUrl}/device`, { method: 'PUT' })
  expect(answer.status).toBe(405)
  expect(answer.headers.get('allow')).toBe('GET, HEAD, POST')
})

test('the start page shows how to sign in', async () => {
  await using pages = await startPages()
  const { body } = await pages.browse().open(`${pages.publicUrl}/`)
  expect(body).toContain(`osa login ${pages.publicUrl}`)
  expect(body).toContain('href="/account/sessions"')
})

test('D32 the page for a defect reveals no internals', async () => {
  const app = { isUnavailable: () => false }
  await using pages = await startPages({ app })
  const browser = pages.browse()
  await browser.open(`${pages.publicUrl}/account/sessions`)
  pages.store.findBrowserSession = () => Promise.reject(new Error('inner detail 4711'))
  browser.setCookies([
    ...browser.cookies(),
    { origin: pages.publicUrl, name: '__Host-osa_session', value: 'x'.repeat(43), path: '/', header: '' },
  ])
  const page = await browser.open(`${pages.publicUrl}/account/sessions`)
  expect(page.status).toBe(500)
  expect(page.body).toContain('Something went wrong on our side')
  expect(page.body).not.toMatch(/4711|\.ts:\d|hono|node_modules/i)
  expect(pages.logLines.join('')).toContain('inner detail 4711')
})

test('D32 an unreachable database is answered with a page that says to try again', async () => {
  await using pages = await startPages({ app: { isUnavailable: () => true } })
  const browser = pages.browse()
  await browser.open(`${pages.publicUrl}/account/sessions`)
  pages.store.findBrowserSession = () => Promise.reject(new Error('unreachable'))
  browser.setCookies([
    { origin: pages.publicUrl, name: '__Host-osa_session', value: 'x'.repeat(43), path: '/', header: '' },
  ])
  const page = await browser.open(`${pages.publicUrl}/account/sessions`)
  expect(page.status).toBe(503)
  expect(page.headers.get('retry-after')).toBe('5')
  expect(page.body).toContain('load this page again, or <a href="/device">start again')
})

test('I06 no page writes a code, a state or a cookie to the log', async () => {
  await using pages = await startPages()
  const { user_code } = await pages.startTerminal()
  const browser = pages.browse()
  await browser.open(`${pages.publicUrl}/device?user_code=${user_code}`)
  const development = await browser.press('Continue with the development sign-in')
  await browser.press('Josiah Carberry, admin')
  const log = pages.logLines.join('')
  const secrets = [
    user_code,
    development.url.searchParams.get('state') ?? '',
    ...browser.cookies().map(({ value }) => value),
  ]
  for (const secret of secrets) expect(log.includes(secret)).toBe(false)
})
