import { expect, test } from 'vitest'
import { arriveAtConfirm, carberryButton, nearbyAddress, startPages } from '../testing/pages.ts'

const developmentSignIn = 'Continue with the development sign-in'

test('a browser that the terminal opened ends at the filled-in code, and no secret of the way there is kept or logged', async () => {
  await using pages = await startPages()
  const terminal = await pages.startTerminal({ isListening: true })
  const browser = pages.browse()
  const form = await browser.open(terminal.listener)
  expect(form.url.href).toBe(terminal.verification_uri_complete)
  await browser.press(developmentSignIn)
  await browser.press(carberryButton)
  await browser.press('Approve')
  expect(await terminal.poll()).toBe('signed in')
  const [event] = await pages.store.listAuditEvents({ limit: 1, event: 'device.approve' })
  expect(event).toMatchObject({ detail: 'same_computer' })
  expect(pages.logLines.join('\n')).not.toMatch(/nonce|state=|user_code/)
  expect(pages.logLines.join('\n')).not.toContain(terminal.nonce)
})

test('HEAD uses nothing up', async () => {
  await using pages = await startPages()
  const terminal = await pages.startTerminal({ isListening: true })
  const head = await pages.request(
    new URL(terminal.same_computer_uri ?? '').href.replace(pages.publicUrl, ''),
    {
      method: 'HEAD',
    },
    nearbyAddress,
  )
  expect([head.status, head.headers.get('allow'), head.headers.get('location')]).toEqual([405, 'GET', null])
})

test('a forged proof, an unknown flow and nonsense lead to the code’s page, never further', async () => {
  await using pages = await startPages()
  const terminal = await pages.startTerminal({ isListening: true })
  const browser = pages.browse()
  const uri = new URL(terminal.same_computer_uri ?? '')
  const path = '/device/same-computer'
  for (const address of [
    `${uri.pathname}${uri.search}&state=1.x&nonce=${terminal.nonce}`,
    `${uri.pathname}${uri.search}&state=&nonce=`,
    `${path}?flow=${crypto.randomUUID()}&user_code=${terminal.user_code}`,
    `${path}?flow=//evil.example&user_code=${terminal.user_code}`,
  ]) {
    const visit = await browser.open(`${pages.publicUrl}${address}`)
    expect(visit.url.href, address).toBe(terminal.verification_uri_complete)
  }
  expect((await browser.open(`${pages.publicUrl}${path}?user_code=%00`)).url.pathname).toBe('/device')
  await browser.press(developmentSignIn, { user_code: terminal.user_code })
  await browser.press(carberryButton)
  const [claim] = await pages.store.listAuditEvents({ limit: 1, event: 'device.claim' })
  expect(claim).toMatchObject({ detail: 'typed' })
})

test('a code that an address filled in is not typed, and one from the empty form is, also after switching the account', async () => {
  await using pages = await startPages()
  const claims = async () => (await pages.store.listAuditEvents({ limit: 1, event: 'device.claim' }))[0]?.detail
  const typed = await pages.startTerminal()
  const browser = pages.browse()
  await arriveAtConfirm(pages, browser, typed.user_code)
  expect(await claims()).toBe('typed')
  await browser.press('Not you? Switch account')
  await browser.press(carberryButton)
  expect(await claims()).toBe('typed')
  const filledIn = await pages.startTerminal()
  await browser.open(filledIn.verification_uri_complete)
  await browser.press(developmentSignIn)
  await browser.press(carberryButton)
  expect(await claims()).toBe('prefilled')
})
