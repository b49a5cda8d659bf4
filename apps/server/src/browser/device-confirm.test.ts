import { expect, test } from 'vitest'
import { arriveAtConfirm, nearbyAddress, startPages } from '../testing/pages.ts'

const ada = 'Ada Example, publisher'

test.each(['typed', 'from the link'])(
  'D02 the page shows all that is needed to judge the request (code %s)',
  async (how) => {
    await using pages = await startPages()
    const terminal = await pages.startTerminal({ deviceName: 'lab-7' })
    const browser = pages.browse()
    if (how === 'typed') await arriveAtConfirm(pages, browser, terminal.user_code)
    else {
      await browser.open(terminal.verification_uri_complete)
      await browser.press('Continue with the development sign-in')
      await browser.press('Josiah Carberry, admin')
    }
    const { body } = browser.page()
    expect(body.includes(terminal.user_code), 'D29 a code from a link has to be typed and is not shown').toBe(
      how === 'typed',
    )
    for (const shown of [
      'OSA command line',
      'osa/1.0.0 (linux)',
      'lab-7',
      'reported by the device',
      '203.0.113.5',
      'See who you are',
      'Register and update conventions in your name',
      'asked for access just now from your own network (203.0.113.5)',
      'profile',
      'conventions:write',
      '15 minutes',
      '90 days',
      'Josiah Carberry',
      '0000-0002-1825-0097',
      'Not you? Switch account',
      'If you did not start this yourself',
    ]) {
      expect(body).toContain(shown)
    }
    expect(body).toContain(`datetime="${pages.clock.now().toISOString()}"`)
  },
)

test('A17 D20 the name that a device reports is shortened, cleaned and escaped', async () => {
  await using pages = await startPages()
  const deviceName = `<img src=x onerror=alert(1)>\u001b[31m${'x'.repeat(100)}`
  const { user_code } = await pages.startTerminal({ deviceName })
  const { body } = await arriveAtConfirm(pages, pages.browse(), user_code)
  expect(body).toContain('&lt;img src=x onerror=alert(1)&gt;')
  expect(body).not.toContain('<img')
  expect(body).not.toContain('\u001b')
  expect(body).not.toContain('x'.repeat(64))
})

test('D03 Deny comes first and is as prominent as Approve; nothing is focused, and pressing Enter could only deny', async () => {
  await using pages = await startPages()
  const { user_code } = await pages.startTerminal()
  const browser = pages.browse()
  const { body } = await arriveAtConfirm(pages, browser, user_code)
  const form = browser.forms().find(({ action }) => action.startsWith('/device/confirm'))
  expect(form?.buttons.map(({ text }) => text)).toEqual(['Deny', 'Approve'])
  const [deny, approve] = form?.buttons ?? []
  expect(deny?.attributes.match(/class="[^"]*"/)?.[0]).toBe(approve?.attributes.match(/class="[^"]*"/)?.[0])
  expect(body).not.toContain('autofocus')
})

test.each([
  ['Approve', 'signed in', 'You approved this terminal'],
  ['Deny', 'access_denied', 'You denied this request'],
])(
  'D04 after %s the person is sent back to the terminal, and the terminal gets the decision',
  async (button, poll, heading) => {
    await using pages = await startPages()
    const terminal = await pages.startTerminal()
    const browser = pages.browse()
    await arriveAtConfirm(pages, browser, terminal.user_code)
    const visit = await browser.press(button)
    expect(visit.url.pathname).toBe('/device/complete')
    expect(visit.body).toContain(heading)
    expect(visit.body).toContain('You can close this page and go back to your terminal.')
    expect(await terminal.poll()).toBe(poll)
  },
)

test('D01 neither GET nor HEAD of any page decides anything', async () => {
  await using pages = await startPages()
  const terminal = await pages.startTerminal()
  const browser = pages.browse()
  const { url } = await arriveAtConfirm(pages, browser, terminal.user_code)
  for (const path of ['confirm', 'complete', 'error', 'switch-account']) {
    for (const method of ['GET', 'HEAD']) {
      await browser.send(`/device/${path}${url.search}&decision=approve`, { method })
    }
  }
  expect(await terminal.poll()).toBe('authorization_pending')
  expect((await browser.press('Approve')).url.pathname).toBe('/device/complete')
})

test('HEAD is answered as GET, without the body', async () => {
  await using pages = await startPages()
  const head = await pages.browse().send(`${pages.publicUrl}/device`, { method: 'HEAD' })
  expect(head.status).toBe(200)
  expect(head.body).toBe('')
  expect(head.headers.get('content-type')).toContain('text/html')
})

test('D15 approving without a login is refused, and so is approving another browser’s request', async () => {
  await using pages = await startPages()
  const terminal = await pages.startTerminal()
  const owner = pages.browse()
  const { url } = await arriveAtConfirm(pages, owner, terminal.user_code)
  const stranger = pages.browse()
  const approve = {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'decision=approve',
  }
  expect((await stranger.send(url, approve)).status).toBe(403)
  const other = await pages.startTerminal()
  await arriveAtConfirm(pages, stranger, other.user_code, ada)
  expect((await stranger.send(url, approve)).status).toBe(404)
  expect((await stranger.send(url)).status).toBe(404)
  expect((await stranger.send(`${pages.publicUrl}/device/confirm?flow=nonsense`)).status).toBe(404)
  expect(await terminal.poll()).toBe('authorization_pending')
})

test('D16 ids and codes in the form are ignored; the decision applies to the request of the page', async () => {
  await using pages = await startPages()
  const [mine, theirs] = [await pages.startTerminal(), await pages.startTerminal()]
  const browser = pages.browse()
  await arriveAtConfirm(pages, browser, mine.user_code)
  await browser.press('Approve', { flow: 'another', user_code: theirs.user_code, device_code: theirs.device_code })
  expect(await mine.poll()).toBe('signed in')
  expect(await theirs.poll()).toBe('authorization_pending')
})

test('D17 two tabs each decide their own request', async () => {
  await using pages = await startPages()
  const [one, two] = [await pages.startTerminal(), await pages.startTerminal()]
  const first = pages.browse()
  await arriveAtConfirm(pages, first, one.user_code)
  const second = pages.browse()
  second.setCookies(first.cookies())
  await arriveAtConfirm(pages, second, two.user_code)
  first.setCookies(second.cookies())
  await first.press('Deny')
  expect(await one.poll()).toBe('access_denied')
  expect(await two.poll()).toBe('authorization_pending')
  await second.press('Approve')
  pages.clock.advance({ seconds: 6 })
  expect(await two.poll()).toBe('signed in')
})

test('D18 of twenty simultaneous decisions one counts, and the others answer that the request was already decided', async () => {
  await using pages = await startPages()
  const terminal = await pages.startTerminal()
  const browser = pages.browse()
  await arriveAtConfirm(pages, browser, terminal.user_code)
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, index) => browser.pressOnce(index % 2 === 0 ? 'Approve' : 'Deny')),
  )
  expect(answers.filter(({ status }) => status === 303)).toHaveLength(1)
  expect(answers.filter(({ status }) => status === 409)).toHaveLength(19)
  const approved = answers.find(({ status }) => status === 409)?.body.includes('already approved')
  expect(await terminal.poll()).toBe(approved ? 'signed in' : 'access_denied')
})

test('D12 going back to the page after a decision shows the result, not the form', async () => {
  await using pages = await startPages()
  const { user_code } = await pages.startTerminal()
  const browser = pages.browse()
  const { url } = await arriveAtConfirm(pages, browser, user_code)
  await browser.press('Approve')
  const again = await browser.open(url)
  expect(again.url.pathname).toBe('/device/complete')
})

test('D19 an approval after the code expired fails visibly', async () => {
  await using pages = await startPages()
  const terminal = await pages.startTerminal()
  const browser = pages.browse()
  const { url } = await arriveAtConfirm(pages, browser, terminal.user_code)
  pages.clock.advance({ seconds: 601 })
  const visit = await browser.press('Approve')
  expect(visit.status).toBe(410)
  expect(browser.title()).toContain('The code has expired')
  expect(await terminal.poll()).toBe('expired_token')
  expect((await browser.open(url)).status).toBe(410)
})

test('D24 the result is shown only in the browser session that decided', async () => {
  await using pages = await startPages()
  const { user_code } = await pages.startTerminal()
  const browser = pages.browse()
  await arriveAtConfirm(pages, browser, user_code)
  const { url, body } = await browser.press('Approve')
  const stranger = pages.browse()
  const elsewhere = await stranger.open(url)
  expect(elsewhere.body).toContain('Nothing to show here')
  expect(body).toContain('laptop')
  expect(elsewhere.body).not.toContain('laptop')
})

test('D25 the browser session ends after 15 minutes', async () => {
  await using pages = await startPages({ policy: { deviceCodeLifetimeSeconds: 1_800 } })
  const { user_code } = await pages.startTerminal()
  const browser = pages.browse()
  await arriveAtConfirm(pages, browser, user_code)
  pages.clock.advance({ seconds: 901 })
  expect((await browser.press('Approve')).status).toBe(403)
})

test('D29 approving a request from another network needs an extra tick, even if the browser does not enforce it', async () => {
  await using pages = await startPages()
  const terminal = await pages.startTerminal({ address: '198.51.100.7' })
  const browser = pages.browse()
  const page = await arriveAtConfirm(pages, browser, terminal.user_code)
  expect(page.body).toContain('a network other than your browser')
  expect(page.body).toMatch(/name="other_network" value="yes" required/)
  const unticked = await browser.press('Approve')
  expect(unticked.status).toBe(400)
  expect(unticked.body).toContain('role="alert"')
  expect(await terminal.poll()).toBe('authorization_pending')
  const ticked = await browser.press('Approve', { other_network: 'yes' })
  expect(ticked.url.pathname).toBe('/device/complete')
})

test('D29 denying a request from another network needs no tick', async () => {
  await using pages = await startPages()
  const terminal = await pages.startTerminal({ address: '198.51.100.7' })
  const browser = pages.browse()
  await arriveAtConfirm(pages, browser, terminal.user_code)
  await browser.press('Deny')
  expect(await terminal.poll()).toBe('access_denied')
})

test('D29 a request from the same network causes no warning', async () => {
  await using pages = await startPages()
  const { user_code } = await pages.startTerminal({ address: '203.0.113.77' })
  const { body } = await arriveAtConfirm(pages, pages.browse(), user_code)
  expect(body).not.toContain('other than your browser')
})

test('C13 while one person is deciding, another cannot claim the code', async () => {
  await using pages = await startPages()
  const { user_code } = await pages.startTerminal()
  const first = pages.browse()
  await arriveAtConfirm(pages, first, user_code)
  const second = pages.browse()
  const visit = await arriveAtConfirm(pages, second, user_code, ada).catch(() => second.page())
  expect(visit.url.pathname).not.toBe('/device/confirm')
  expect((await first.press('Approve')).url.pathname).toBe('/device/complete')
})

test('switching account passes the request on to the next person who signs in', async () => {
  await using pages = await startPages()
  const terminal = await pages.startTerminal()
  const browser = pages.browse()
  await arriveAtConfirm(pages, browser, terminal.user_code)
  await browser.press('Not you? Switch account')
  const confirm = await browser.press(ada)
  expect(confirm.body).toContain('Ada Example')
  expect(confirm.body).toContain(terminal.user_code)
  expect(confirm.body).not.toContain('Josiah')
  await browser.press('Approve')
  expect(await terminal.poll()).toBe('signed in')
})

test('L10 while the device grant is off, approving is refused and the request stays pending; once it is on, approving works', async () => {
  await using pages = await startPages()
  const terminal = await pages.startTerminal()
  const browser = pages.browse()
  const confirm = await arriveAtConfirm(pages, browser, terminal.user_code)
  const turn = (enabled: boolean) => {
    pages.clock.advance({ seconds: 31 })
    return pages.store.transaction((tx) =>
      tx.putSwitch({ name: 'device_grant', enabled, changedAt: pages.clock.now() }),
    )
  }
  await turn(false)
  const refused = await browser.press('Approve')
  expect(refused.status).toBe(503)
  expect(refused.body).toContain('Terminals cannot sign in right now')
  expect(await terminal.poll()).toBe('authorization_pending')
  await turn(true)
  await browser.open(confirm.url)
  await browser.press('Approve')
  expect(await terminal.poll()).toBe('signed in')
})

test('a decision other than approve or deny is refused', async () => {
  await using pages = await startPages()
  const terminal = await pages.startTerminal()
  const browser = pages.browse()
  await arriveAtConfirm(pages, browser, terminal.user_code)
  expect((await browser.press('Approve', { decision: 'maybe' })).status).toBe(400)
  expect(await terminal.poll()).toBe('authorization_pending')
})

test('D29 the page says that the network is unknown if the node cannot tell networks apart', async () => {
  await using pages = await startPages({ app: { seesNetworks: false } })
  const terminal = await pages.startTerminal({ address: '198.51.100.7' })
  const browser = pages.browse()
  const { body } = await arriveAtConfirm(pages, browser, terminal.user_code)
  expect(body).toContain('from <strong>a network that this archive cannot see</strong>')
  expect(body).not.toContain('198.51.100.7')
  await browser.press('Approve')
  expect(await terminal.poll()).toBe('signed in')
})

test('A17 texts that a terminal reports are in quotation marks that they cannot close', async () => {
  await using pages = await startPages()
  const requester = { ip: nearbyAddress, source: nearbyAddress, userAgent: 'osa) approved by IT ”"»', requestId: null }
  const client = pages.client('osa-cli')
  const started = await pages.auth.startDeviceAuthorization({ client, deviceName: 'x” (trusted', requester })
  if ('error' in started) throw new Error(started.error_description)
  const { body } = await arriveAtConfirm(pages, pages.browse(), started.user_code)
  expect(body).toContain(`(calls itself <q class="foreign"><bdi>osa) approved by IT &#39;&#39;&#39;</bdi></q>)`)
  expect(body).toContain(`<q class="foreign"><bdi>x&#39; (trusted</bdi></q>`)
})
