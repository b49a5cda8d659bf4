import { expect, test } from 'vitest'
import { arriveAtConfirm, startPages } from '../testing/pages.ts'

const agents = {
  safari:
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15',
  chrome:
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
  edge: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0',
  firefox: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
}

async function cookiesOf(publicUrl: string, userAgent: string) {
  await using pages = await startPages({ publicUrl })
  const { user_code } = await pages.startTerminal()
  const browser = pages.browse({ userAgent })
  expect((await arriveAtConfirm(pages, browser, user_code)).url.pathname).toBe('/device/confirm')
  return browser.cookies()
}

test.each([
  ['https://archive.example', 'safari'],
  ['https://archive.example', 'chrome'],
  ['http://localhost:8000', 'chrome'],
  ['http://localhost:8000', 'edge'],
  ['http://localhost:8000', 'firefox'],
] as const)('D13 cookies of %s in %s are __Host-, Secure, HttpOnly, Lax and without a domain', async (url, agent) => {
  const cookies = await cookiesOf(url, agents[agent])
  expect(cookies.map(({ name }) => name).sort()).toEqual(['__Host-osa_browser', '__Host-osa_session'])
  for (const { header } of cookies) {
    const attributes = header.split('; ').slice(1).sort()
    expect(attributes).toEqual(['HttpOnly', 'Path=/', 'SameSite=Lax', 'Secure'])
  }
})

test('D13 on http://localhost, Safari gets plain cookies, since it refuses Secure ones there', async () => {
  const cookies = await cookiesOf('http://localhost:8000', agents.safari)
  expect(cookies.map(({ name }) => name).sort()).toEqual(['osa_browser', 'osa_session'])
  for (const { header } of cookies) {
    expect(header.split('; ').slice(1).sort()).toEqual(['HttpOnly', 'Path=/', 'SameSite=Lax'])
  }
})
