/** A provider that is slow, down or misbehaving: a page says so, the device stays pending, and nothing of the answer is stored (E10, E12). */
import { memoryAuthStore } from '@osa/core/testing'
import { expect, test, vi } from 'vitest'
import { signInUpstream, startPagesAtUpstream } from '../testing/pages.ts'
import { exchangeTimeoutMs } from './bounded-fetch.ts'

const troubles = ['redirect', 'html', 'error', 'huge'] as const

test.each(troubles)('E10 a token endpoint that answers with %s leads to a page that says to try again', async (how) => {
  await using world = await startPagesAtUpstream()
  const { pages, upstream } = world
  const fetched = vi.spyOn(globalThis, 'fetch')
  upstream.settings.lies = { answer: { at: 'token', how } }
  const terminal = await pages.startTerminal()
  const visit = await signInUpstream(pages, pages.browse(), terminal.user_code)
  expect(visit.status).toBe(503)
  expect(visit.body).toContain('href="/device"')
  expect(await terminal.poll()).toBe('authorization_pending')
  expect(fetched.mock.calls.some(([url]) => String(url).includes('evil.example'))).toBe(false)
  fetched.mockRestore()
})

test.each(troubles)('E10 a key set endpoint that answers with %s signs nobody in', async (how) => {
  await using world = await startPagesAtUpstream()
  const { pages, upstream } = world
  upstream.settings.lies = { answer: { at: 'jwks', how } }
  const terminal = await pages.startTerminal()
  expect((await signInUpstream(pages, pages.browse(), terminal.user_code)).status).toBe(503)
  expect(await terminal.poll()).toBe('authorization_pending')
})

test('E10 an exchange with a provider that hangs ends after ten seconds in all', async () => {
  expect(exchangeTimeoutMs).toBe(10_000)
  const realTimeout = AbortSignal.timeout.bind(AbortSignal)
  const asked: number[] = []
  let speed = 1
  const timeout = vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
    asked.push(ms)
    return realTimeout(ms / speed)
  })
  try {
    await using world = await startPagesAtUpstream()
    const { pages, upstream } = world
    upstream.settings.lies = { answer: { at: 'token', how: 'hang' } }
    const terminal = await pages.startTerminal()
    speed = 50
    expect((await signInUpstream(pages, pages.browse(), terminal.user_code)).status).toBe(503)
    expect(await terminal.poll()).toBe('authorization_pending')
    expect(Math.max(...asked.filter((ms) => ms !== 30_000))).toBe(exchangeTimeoutMs)
  } finally {
    timeout.mockRestore()
  }
})

test('E10 with an unreachable provider the form still works, and submitting it says that the provider does not answer', async () => {
  await using world = await startPagesAtUpstream({ lies: { answer: { at: 'discovery', how: 'html' } } })
  const { pages } = world
  const terminal = await pages.startTerminal()
  const browser = pages.browse()
  expect((await browser.open(`${pages.publicUrl}/device`)).status).toBe(200)
  expect((await browser.press('Continue with ORCID', { user_code: terminal.user_code })).status).toBe(503)
  expect(browser.title()).toContain('does not answer')
  expect(await terminal.poll()).toBe('authorization_pending')
})

test('E12 E19 I06 codes, tokens and the client secret of a provider are neither stored, logged nor shown', async () => {
  const written: string[] = []
  const store = memoryAuthStore()
  const { transaction } = store
  store.transaction = (work) =>
    transaction((tx) =>
      work(
        new Proxy(tx, {
          get(target, method) {
            const operation: unknown = Reflect.get(target, method)
            if (typeof operation !== 'function') return operation
            return (...rows: unknown[]) => {
              written.push(JSON.stringify(rows))
              return operation.apply(target, rows)
            }
          },
        }),
      ),
    )
  await using world = await startPagesAtUpstream({ auth: { store } })
  const { pages, upstream } = world
  upstream.settings.orcidStyle = true
  const terminal = await pages.startTerminal()
  const browser = pages.browse()
  const confirm = await signInUpstream(pages, browser, terminal.user_code)
  const done = await browser.press('Approve')
  expect(await terminal.poll()).toBe('signed in')
  upstream.settings.lies = { signature: 'decoy' }
  const again = await pages.startTerminal()
  await signInUpstream(pages, pages.browse(), again.user_code)
  const everything = [...written, ...pages.logLines, confirm.body, done.body, ...browser.history].join('\n')
  expect(written.length).toBeGreaterThan(5)
  expect(upstream.issued.length).toBeGreaterThan(4)
  for (const canary of [...upstream.issued, upstream.clientSecret]) expect(everything.includes(canary)).toBe(false)
})
