import { expect, test } from 'vitest'
import { startPages } from '../testing/pages.ts'

async function open(
  path: string,
  headers: Record<string, string>,
  { method = 'GET', publicUrl = 'http://localhost:8000' } = {},
) {
  await using pages = await startPages({ publicUrl })
  return pages.request(path, { method, headers: { accept: 'text/html', ...headers } })
}

test.each(['127.0.0.1:8000', '[::1]:8000', 'laptop.local:8000', 'localhost:9000'])(
  'a page opened at %s redirects to the same page at the public URL',
  async (host) => {
    for (const method of ['GET', 'HEAD']) {
      const answer = await open('/device?user_code=BCDF-GHJK', { host }, { method })
      expect(answer.status).toBe(303)
      expect(answer.headers.get('location')).toBe('http://localhost:8000/device?user_code=BCDF-GHJK')
    }
  },
)

test('the redirect keeps only the query parameters that pages read, and no misplaced secret', async () => {
  const path = '/device/confirm?flow=f&device_code=secret&token=secret'
  const answer = await open(path, { host: '127.0.0.1:8000' })
  expect(answer.headers.get('location')).toBe('http://localhost:8000/device/confirm?flow=f')
})

test.each([
  ['http://localhost:8000', 'localhost:8000'],
  ['http://localhost:8000', 'LOCALHOST:8000'],
  ['https://archive.example', 'archive.example'],
  ['https://archive.example', 'archive.example:443'],
])('at %s, a request for %s is not redirected', async (publicUrl, host) => {
  expect((await open('/device', { host }, { publicUrl })).status).toBe(200)
})

test('a request through a proxy that rewrites Host is redirected only once', async () => {
  const first = await open('/device', { host: 'internal:8000' }, { publicUrl: 'https://archive.example' })
  expect(first.status).toBe(303)
  const cookie = first.headers.getSetCookie()[0]?.split(';', 1)[0] ?? ''
  const second = await open('/device', { host: 'internal:8000', cookie }, { publicUrl: 'https://archive.example' })
  expect(second.status).toBe(200)
})

test.each(['x-forwarded-for', 'forwarded', 'via'])(
  'a request through a proxy that sends %s is not redirected',
  async (name) => {
    const answer = await open('/device', { host: 'internal:8000', [name]: '192.0.2.1' })
    expect(answer.status).toBe(200)
  },
)

test('only GET and HEAD are redirected: a form from another host is refused', async () => {
  const answer = await open('/device', { host: '127.0.0.1:8000', origin: 'http://127.0.0.1:8000' }, { method: 'POST' })
  expect(answer.status).toBe(403)
})

test('robots.txt, favicon.ico and icon.svg are served with the right content types', async () => {
  const robots = await open('/robots.txt', {})
  expect(robots.headers.get('content-type')).toContain('text/plain')
  expect(await robots.text()).toContain('Disallow: /device')
  const icon = await open('/favicon.ico', {})
  expect(icon.status).toBe(302)
  expect(icon.headers.get('location')).toBe('/icon.svg')
  expect((await open('/icon.svg', {})).headers.get('content-type')).toBe('image/svg+xml')
})
