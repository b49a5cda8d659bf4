import type { RemoteApproval } from '@osa/core'
import { expect, test } from 'vitest'
import { createMetrics } from '../metrics.ts'
import { arriveAtConfirm, carberryButton, nearbyAddress, startPages } from '../testing/pages.ts'

const developmentSignIn = 'Continue with the development sign-in'

test('a browser that the terminal opened reaches the prefilled code form, and no secret of the proof is kept or logged', async () => {
  await using pages = await startPages()
  const terminal = await pages.startTerminal({ isListening: true })
  const browser = pages.browse()
  const form = await browser.open(terminal.opens)
  expect(form.url.href).toBe(terminal.verification_uri_complete)
  const cookie = browser.cookies().find(({ name }) => name.startsWith('__Host-osa_proof_'))
  expect(cookie?.header, 'lasts no longer than the request').toContain('Max-Age=600')
  await browser.press(developmentSignIn)
  await browser.press(carberryButton)
  await browser.press('Approve')
  expect(await terminal.poll()).toBe('signed in')
  const [event] = await pages.store.listAuditEvents({ limit: 1, event: 'device.approve' })
  expect(event).toMatchObject({ detail: 'same_computer' })
  expect(pages.logLines.join('\n')).not.toMatch(/nonce|state=|user_code/)
  expect(pages.logLines.join('\n')).not.toContain(terminal.nonce)
})

test('HEAD does not consume the proof', async () => {
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

test('a forged proof, an unknown flow and malformed parameters lead to the code form, and no further', async () => {
  await using pages = await startPages()
  const terminal = await pages.startTerminal({ isListening: true })
  const browser = pages.browse()
  const uri = new URL(terminal.same_computer_uri ?? '')
  const path = '/device/same-computer'
  for (const address of [
    `${uri.pathname}${uri.search}&user_code=${terminal.user_code}&state=1.x&nonce=${terminal.nonce}`,
    `${uri.pathname}${uri.search}&user_code=${terminal.user_code}&state=&nonce=`,
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

test('a code prefilled from an address does not count as typed; a code entered into the empty form does, also after switching the account', async () => {
  await using pages = await startPages()
  const claims = async () => {
    pages.clock.advance({ seconds: 1 })
    return (await pages.store.listAuditEvents({ limit: 1, event: 'device.claim' }))[0]?.detail
  }
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

/** Opens the confirm page through the link that contains the code, as a person does who got the link in a mail, or through the terminal's listener. */
async function arrive(remoteApproval: RemoteApproval, { byListener = false } = {}) {
  const metrics = createMetrics({ processMetrics: false })
  const pages = await startPages({ policy: { remoteApproval: () => remoteApproval }, app: { metrics } })
  const isListening = byListener || remoteApproval === 'never'
  const terminal = await pages.startTerminal({ deviceName: 'lab-7', address: '198.51.100.7', isListening })
  const browser = pages.browse()
  await browser.open(byListener ? terminal.opens : terminal.verification_uri_complete)
  await browser.press(developmentSignIn)
  const confirm = await browser.press(carberryButton)
  const sessions = async () => (await browser.open(`${pages.publicUrl}/account/sessions`)).body
  return { pages, terminal, browser, confirm, sessions, counted: () => metrics.registry.metrics() }
}

test('D29 RFC 8628 §5.4: a person who followed a link has to type the code and is not shown it', async () => {
  const { pages, terminal, browser, confirm, sessions, counted } = await arrive('typed')
  await using _ = pages
  expect(confirm.body).toContain('Type the code that your own terminal shows')
  expect(confirm.body).toContain('are on different computers')
  expect(confirm.body).toContain('lab-7')
  expect(confirm.body).not.toContain(terminal.user_code)
  expect(confirm.body, 'nothing has the focus').not.toContain('autofocus')
  for (const [typed_code, title] of [
    ['', 'Type the code to approve'],
    ['BBBB-BBBB', 'That code does not match'],
  ] as const) {
    const answer = await browser.press('Approve', { typed_code, other_network: 'yes' })
    expect([answer.status, answer.url.pathname]).toEqual([400, '/device/confirm'])
    expect(answer.body).toContain(`<title>${title}`)
    expect(answer.body).not.toContain(terminal.user_code)
    expect(await terminal.poll()).not.toBe('signed in')
  }
  await browser.press('Approve', { typed_code: terminal.user_code.toLowerCase(), other_network: 'yes' })
  expect(await terminal.poll()).toBe('signed in')
  expect(await sessions()).toContain('approved by typing its code')
  expect(await counted()).toContain('osa_device_approvals_total{approval="typed"} 1')
})

test('the page of a browser that the terminal opened says “this computer”, whatever network the node sees', async () => {
  const { pages, terminal, browser, confirm, sessions, counted } = await arrive('never', { byListener: true })
  await using _ = pages
  expect(confirm.body).toContain('from <strong>this computer</strong>')
  expect(confirm.body).not.toContain('other_network')
  await browser.press('Approve')
  expect(await terminal.poll()).toBe('signed in')
  expect(await sessions()).toContain('approved on the same computer')
  expect(await counted()).toContain('osa_device_approvals_total{approval="same_computer"} 1')
})

test('never: the page has no Approve button and says what to do, and a forged approval is refused', async () => {
  const { pages, terminal, browser, confirm } = await arrive('never')
  await using _ = pages
  expect(confirm.body).toContain('Run <code>osa login</code> on this computer')
  expect(confirm.body, 'for a person whom that did not help').toContain('stops this browser from\nreaching 127.0.0.1')
  const form = browser.forms().find(({ action }) => action.startsWith('/device/confirm'))
  expect(form?.buttons.map(({ text }) => text)).toEqual(['Deny'])
  const { user_code: typed_code } = terminal
  const forced = await browser.press('Deny', { decision: 'approve', typed_code, other_network: 'yes' })
  expect(forced.status).toBe(403)
  expect(await terminal.poll()).not.toBe('signed in')
  await browser.press('Deny')
  expect(await terminal.poll()).toBe('access_denied')
})

test('allow: a link with the code is enough, and the list of terminals says so', async () => {
  const { pages, terminal, browser, confirm, sessions, counted } = await arrive('allow')
  await using _ = pages
  expect(confirm.body).toContain(terminal.user_code)
  await browser.press('Approve', { other_network: 'yes' })
  expect(await terminal.poll()).toBe('signed in')
  expect(await sessions()).toContain('approved from a link that contained its code')
  expect(await counted()).toContain('osa_device_approvals_total{approval="prefilled"} 1')
})
