import { expect, test } from 'vitest'
import { arriveAtConfirm, oidcAt, orcidAt, signInUpstream, startPages } from '../testing/pages.ts'
import { startUpstream } from '../testing/upstream.ts'

const button = 'Continue with the development sign-in'

test('A13 D01 a code in the address is filled in, but neither looked up nor submitted', async () => {
  await using pages = await startPages()
  const terminal = await pages.startTerminal()
  const browser = pages.browse()
  const real = await browser.open(terminal.verification_uri_complete)
  const made = await browser.open(`${pages.publicUrl}/device?user_code=bcdf%20ghjk`)
  expect(real.body).toContain(`value="${terminal.user_code}"`)
  const blank = (body: string, code: string) => body.replaceAll(code, '').replace(/nonce="[^"]*"/g, '')
  expect(blank(made.body, 'BCDF-GHJK')).toBe(blank(real.body, terminal.user_code))
  expect(await terminal.poll()).toBe('authorization_pending')
})

test('D21 no other part of an address is shown', async () => {
  await using pages = await startPages()
  const query = 'user_code=EVIL+TEXT&error=EVIL&error_description=EVIL&error_message=EVIL&message=EVIL'
  for (const path of ['/', '/device', '/device/error', '/device/complete', '/account/sessions', '/device/confirm']) {
    const { body } = await pages.browse().open(`${pages.publicUrl}${path}?${query}`)
    expect(body).not.toContain('EVIL')
  }
})

test('D26 D27 the code field is labelled, accepts extra characters and turns off autocomplete and autocorrect', async () => {
  await using pages = await startPages()
  const { body } = await pages.browse().open(`${pages.publicUrl}/device`)
  const input = /<input class="code-input"[^>]*>/.exec(body)?.[0] ?? ''
  for (const attribute of [
    'id="user-code"',
    'autocomplete="off"',
    'autocapitalize="characters"',
    'autocorrect="off"',
    'spellcheck="false"',
    'maxlength="64"',
  ]) {
    expect(input).toContain(attribute)
  }
  expect(body).toContain('<label for="user-code">')
  expect(body).toContain('<html lang="en">')
})

test.each([
  (code: string) => code.toLowerCase(),
  (code: string) => ` ${code.replace('-', ' - ')} `,
  (code: string) => `“${code.replace('-', '–')}”`,
])('C03 D27 a code with extra characters is accepted (%#)', async (decorate) => {
  await using pages = await startPages()
  const { user_code } = await pages.startTerminal()
  const browser = pages.browse()
  await browser.open(`${pages.publicUrl}/device`)
  const visit = await browser.press(button, { user_code: decorate(user_code) })
  expect(visit.url.pathname).toBe('/development/sign-in')
})

test('C11 C12 C14 all unusable codes get the same page, whatever the reason', async () => {
  await using pages = await startPages()
  const decided = await pages.startTerminal()
  const decider = pages.browse({ address: '198.51.100.8' })
  await arriveAtConfirm(pages, decider, decided.user_code)
  await decider.press('Approve')
  const expired = await pages.startTerminal()
  pages.clock.advance({ seconds: 601 })
  const taken = await pages.startTerminal()
  await arriveAtConfirm(pages, pages.browse({ address: '198.51.100.7' }), taken.user_code)
  const typed = ['BCDF-GHJK', 'nonsense', '', decided.user_code, expired.user_code, taken.device_code]
  const browser = pages.browse()
  const pagesSeen = new Set<string>()
  for (const user_code of typed) {
    await browser.open(`${pages.publicUrl}/device`)
    const visit = await browser.press(button, { user_code })
    expect(visit.status).toBe(400)
    expect(visit.body).toContain('role="alert"')
    pagesSeen.add(visit.body.replace(/nonce="[^"]*"/, ''))
  }
  expect(pagesSeen.size).toBe(1)
})

test('C06 C08 after ten wrong codes from one source even a correct one is refused, and the answer says when to try again', async () => {
  await using pages = await startPages()
  const { user_code } = await pages.startTerminal()
  const tryCode = async (code: string, address: string) => {
    const browser = pages.browse({ address })
    await browser.open(`${pages.publicUrl}/device`)
    return browser.press(button, { user_code: code })
  }
  for (let failures = 0; failures < 10; failures++) {
    expect((await tryCode('BCDF-GHJK', '198.51.100.9')).status).toBe(400)
  }
  const limited = await tryCode(user_code, '198.51.100.9')
  expect(limited.status).toBe(429)
  expect(Number(limited.headers.get('retry-after'))).toBeGreaterThan(0)
  expect((await tryCode(user_code, '198.51.100.10')).url.pathname).toBe('/development/sign-in')
})

test('C05 C06 a code of a megabyte is refused at once and counts as a guess', async () => {
  await using pages = await startPages()
  const { user_code } = await pages.startTerminal()
  const browser = pages.browse({ address: '198.51.100.9' })
  const enter = async (code: string) => {
    await browser.open(`${pages.publicUrl}/device`)
    return browser.press(button, { user_code: code })
  }
  for (let failures = 0; failures < 10; failures++) expect((await enter('B'.repeat(1_000_000))).status).toBe(413)
  expect((await enter('B'.repeat(1_000_000))).status).toBe(429)
  expect((await enter(user_code)).status).toBe(429)
})

test('D08 D22 the redirect to the provider is a 303 that contains neither the device code nor the user code', async () => {
  await using pages = await startPages()
  const terminal = await pages.startTerminal()
  const browser = pages.browse()
  await browser.open(`${pages.publicUrl}/device`)
  const visit = await browser.pressOnce(button, { user_code: terminal.user_code })
  expect(visit.status).toBe(303)
  const everything = [...visit.headers].join() + visit.body
  expect(everything).not.toContain(terminal.device_code)
  expect(everything).not.toContain(terminal.user_code)
})

test('E06 with two providers each has its button, and a callback that names the other one as issuer is refused', async () => {
  await using orcid = await startUpstream()
  await using university = await startUpstream()
  const identity = { ...orcidAt(orcid), ...oidcAt(university) }
  await using pages = await startPages({ identity })
  orcid.allowRedirect(pages.callbackUrl)
  university.allowRedirect(`${pages.callbackUrl}/oidc`)
  const one = await pages.startTerminal()
  const browser = pages.browse()
  await signInUpstream(pages, browser, one.user_code, 'Example University')
  expect(browser.page().url.pathname).toBe('/device/confirm')
  expect([orcid.counts.token, university.counts.token]).toEqual([0, 1])

  const other = await pages.startTerminal()
  university.settings.lies = { callback: (address) => address.searchParams.set('iss', orcid.issuer) }
  const visit = await signInUpstream(pages, pages.browse(), other.user_code, 'Example University')
  expect(visit.status).toBe(502)
  expect([orcid.counts.token, university.counts.token]).toEqual([0, 1])
  expect(await other.poll()).toBe('authorization_pending')
})

test('E13 the same subject at another provider is a different person', async () => {
  await using orcid = await startUpstream()
  await using university = await startUpstream()
  await using pages = await startPages({ identity: { ...orcidAt(orcid), ...oidcAt(university) } })
  const browser = pages.browse()
  for (const [upstream, name, callbackUrl] of [
    [orcid, 'ORCID', pages.callbackUrl],
    [university, 'Example University', `${pages.callbackUrl}/oidc`],
  ] as const) {
    upstream.allowRedirect(callbackUrl)
    const { user_code } = await pages.startTerminal()
    await signInUpstream(pages, browser, user_code, name)
    await browser.press('Approve')
  }
  const signIns = (await pages.store.listAuditEvents({ limit: 50 })).filter(({ event }) => event === 'sign_in')
  expect(new Set(signIns.map(({ userId }) => userId)).size).toBe(2)
})
