import { randomUUID } from 'node:crypto'
import { sampleAuditEvent } from '@osa/core/testing'
import { expect, test } from 'vitest'
import { createRoleGrants } from '../../config/role-grants.ts'
import {
  carberryButton,
  type Pages,
  type PagesBrowser,
  signInTerminal,
  startPages,
  startPagesAtUpstream,
} from '../../testing/pages.ts'

const ada = 'Ada Example, publisher'
const sam = 'Sam Sample, user'
const parts = ['/admin', '/admin/sessions', '/admin/people', '/admin/audit']
const posts = ['/admin/sign-in', '/admin/device-grant', '/admin/keys', '/admin/sessions', '/admin/people']

/** Starts a node with the development sign-in, where Carberry is an administrator and Ada a user. */
function startAdminPages() {
  const grants = createRoleGrants({ admins: [], developmentIssuer: 'https://archive.example/development' })
  const roleGrants: typeof grants = (identity) => (grants(identity) === 'admin' ? 'admin' : null)
  return startPages({ auth: { roleGrants } })
}

async function openAdmin(pages: Pages, as = carberryButton) {
  const browser = pages.browse()
  await browser.open(`${pages.publicUrl}/admin`)
  await browser.press('Sign in with the development sign-in')
  await browser.press(as)
  return browser
}

const goTo = (pages: Pages, browser: PagesBrowser, path: string) => browser.open(`${pages.publicUrl}${path}`)
const isAlive = async (pages: Pages, refreshToken: string) => 'access_token' in (await pages.refresh(refreshToken))
const auditOf = (pages: Pages, event: string) => pages.store.listAuditEvents({ limit: 9, event })
const userIdOf = async (pages: Pages, search: string) =>
  (await pages.store.listPeople({ limit: 1, search }))[0]?.user.id ?? ''

test('L13 people who are not signed in or not administrators can neither see nor change anything', async () => {
  await using pages = await startAdminPages()
  const { browser: publisher, refreshToken } = await signInTerminal(pages, "ada's laptop", ada)
  for (const [browser, title] of [
    [pages.browse(), 'Sign in to administer this node'],
    [publisher, 'This page is for administrators'],
  ] as const) {
    for (const path of parts) {
      const { status, body } = await goTo(pages, browser, path)
      expect([status, body.includes(`<h1>${title}</h1>`)], path).toEqual([403, true])
      expect(body).not.toMatch(/laptop|Sam|signing/i)
    }
    for (const path of posts) expect((await post(pages, browser, path, { all_of: randomUUID() })).status).toBe(403)
  }
  expect(await isAlive(pages, refreshToken)).toBe(true)
  expect((await goTo(pages, publisher, '/account/sessions')).body).not.toContain('/admin')
})

const formType = { 'content-type': 'application/x-www-form-urlencoded' }

function post(pages: Pages, browser: PagesBrowser, path: string, fields: Record<string, string>, headers = {}) {
  const body = new URLSearchParams(fields).toString()
  return browser.send(`${pages.publicUrl}${path}`, { method: 'POST', headers: { ...formType, ...headers }, body })
}

test('L13 a sign-in from the admin page returns to it, and the list of terminals links to it', async () => {
  await using pages = await startAdminPages()
  const browser = await openAdmin(pages)
  expect([browser.page().url.pathname, browser.page().status]).toEqual(['/admin', 200])
  expect(browser.cookie('__Host-osa_return')).toBeNull()
  expect((await goTo(pages, browser, '/account/sessions')).body).toContain('<a href="/admin">')
  // a sign-in from another page returns to that page, also after an abandoned one from the admin page
  const other = pages.browse()
  await goTo(pages, other, '/admin')
  await other.pressOnce('Sign in with the development sign-in')
  await goTo(pages, other, '/account/sessions')
  await other.press('Sign in with the development sign-in')
  expect((await other.press(sam)).url.pathname).toBe('/account/sessions')
})

test('L13 ten minutes after the sign-in everything is refused until the administrator signs in again', async () => {
  await using pages = await startAdminPages()
  const browser = await openAdmin(pages)
  const forms = await everyForm(pages, browser)
  pages.clock.advance({ seconds: 600 })
  for (const path of parts) {
    const { status, body } = await goTo(pages, browser, path)
    expect([status, body.includes('<h1>Sign in again</h1>')]).toEqual([403, true])
  }
  const before = await pages.store.listAuditEvents({ limit: 999 })
  for (const { path, fields } of forms) {
    const answer = await post(pages, browser, path, fields)
    expect([answer.status, answer.body.includes('Sign in again')], path).toEqual([403, true])
  }
  expect(await pages.store.listAuditEvents({ limit: 999 })).toEqual(before)
  await goTo(pages, browser, '/admin/people')
  await browser.press('Sign in with the development sign-in')
  await browser.press(carberryButton)
  expect([browser.page().url.pathname, browser.page().status]).toEqual(['/admin', 200])
})

test('L13 the provider is asked for a new sign-in and its time; an older sign-in is refused', async () => {
  await using world = await startPagesAtUpstream({ auth: { roleGrants: () => 'admin' } })
  const { pages, upstream } = world
  const browser = pages.browse()
  await goTo(pages, browser, '/admin')
  const { headers } = await browser.pressOnce('Sign in with ORCID')
  const asked = new URL(headers.get('location') ?? '').searchParams
  expect([asked.get('prompt'), asked.get('max_age')]).toEqual(['login', '0'])
  const arrivedWith = async (secondsAgo: number) => {
    const now = Math.floor(pages.clock.now().getTime() / 1_000)
    upstream.settings.lies = { claims: { auth_time: now - secondsAgo } }
    await goTo(pages, browser, '/account/sessions')
    if (browser.page().body.includes('Sign out of this page')) await browser.press('Sign out of this page')
    await goTo(pages, browser, '/admin')
    await browser.press('Sign in with ORCID')
    const { url, status, body } = await browser.press('Sign in and allow')
    return [url.pathname, status, body.includes('Sign in again')]
  }
  expect(await arrivedWith(0)).toEqual(['/admin', 200, false])
  expect(await arrivedWith(601)).toEqual(['/admin', 403, true])
})

/** The fields of every form of the admin page, once for each of its buttons, as this browser got them. */
async function everyForm(pages: Pages, browser: PagesBrowser) {
  const found: { path: string; fields: Record<string, string> }[] = []
  for (const path of parts) {
    await goTo(pages, browser, path)
    for (const { action, fields, buttons } of browser.forms()) {
      const hidden = fields.map(({ name, value }) => [name, value])
      if (!hidden.some(([name]) => name === 'form_token')) continue
      for (const { name, value } of buttons) {
        found.push({ path: action, fields: { ...Object.fromEntries(hidden), [name]: value } })
      }
    }
  }
  return found
}

test('D05 D06 L13 a form is refused without a token of this session and step, and from another origin', async () => {
  await using pages = await startAdminPages()
  await signInTerminal(pages, 'laptop', ada)
  const browser = await openAdmin(pages)
  await goTo(pages, browser, `/admin/sessions?person=Ada`)
  const forms = [
    ...(await everyForm(pages, browser)),
    { path: '/admin/sessions', fields: { all_of: await userIdOf(pages, 'Ada'), form_token: '' } },
  ]
  expect(new Set(forms.map(({ path }) => path))).toEqual(new Set(posts.slice(1)))
  const theirs = await everyForm(pages, await openAdmin(pages))
  const tokenFor = (path: string, among: typeof forms) =>
    among.find((form) => form.path === path && form.fields.form_token !== '')?.fields.form_token ?? ''
  const before = await pages.store.listAuditEvents({ limit: 999 })
  for (const { path, fields } of forms) {
    const own = tokenFor(path, forms)
    const otherStep = forms.find((form) => form.path !== path)?.fields.form_token ?? ''
    const attempts: [string, Record<string, string>, object][] = [
      ['without a token', { form_token: '' }, {}],
      ['with a made-up token', { form_token: 'A'.repeat(43) }, {}],
      ['with the token of another step', { form_token: otherStep }, {}],
      ['with the token of another session', { form_token: tokenFor(path, theirs) }, {}],
      ['from another origin', { form_token: own }, { origin: 'https://evil.example' }],
      ['from another site', { form_token: own }, { 'sec-fetch-site': 'cross-site' }],
      ['from a sibling host', { form_token: own }, { 'sec-fetch-site': 'same-site' }],
    ]
    for (const [how, changed, headers] of attempts) {
      const answer = await post(pages, browser, path, { ...fields, ...changed }, headers)
      expect(answer.status, `${path} ${how}`).toBe(403)
    }
    expect(
      (await browser.send(`${pages.publicUrl}${path}?${new URLSearchParams({ ...fields, form_token: own })}`)).status,
    ).not.toBe(303)
  }
  expect(await pages.store.listAuditEvents({ limit: 999 })).toEqual(before)
})

test('L05 L13 a person who has just lost the admin role is refused, even with forms from before', async () => {
  await using pages = await startAdminPages()
  const boss = await openAdmin(pages)
  await signInTerminal(pages, 'laptop', ada)
  await goTo(pages, boss, '/admin/people?search=Ada')
  await boss.press('Make Ada Example administrator')
  const browser = await openAdmin(pages, ada)
  expect(browser.page().status).toBe(200)
  const forms = await everyForm(pages, browser)
  await goTo(pages, boss, '/admin/people?search=Ada')
  await boss.press('Make Ada Example user')
  const before = await pages.store.listAuditEvents({ limit: 999 })
  for (const { path, fields } of forms) expect((await post(pages, browser, path, fields)).status).toBe(403)
  for (const path of parts) expect((await goTo(pages, browser, path)).status).toBe(403)
  expect(await pages.store.listAuditEvents({ limit: 999 })).toEqual(before)
})

test('an administrator can change the roles of others but not their own, and no button offers it', async () => {
  await using pages = await startAdminPages()
  await signInTerminal(pages, 'laptop', ada)
  const browser = await openAdmin(pages)
  const people = await goTo(pages, browser, '/admin/people')
  expect(people.body).toContain('by the settings of the node')
  expect(people.body).toContain('This is you.')
  const after = await browser.press('Make Ada Example publisher')
  expect([after.url.pathname, after.status]).toEqual(['/admin/people', 200])
  const userId = await userIdOf(pages, 'Ada')
  expect(await auditOf(pages, 'operator.role')).toMatchObject([
    { userId, ip: '203.0.113.5', detail: 'user to publisher, by Josiah Carberry (0000-0002-1825-0097)' },
  ])
  const [, change] = (await everyForm(pages, browser)).filter(({ path }) => path === '/admin/people')
  const own = { ...change?.fields, person: await userIdOf(pages, 'Carberry') }
  expect((await post(pages, browser, '/admin/people', own)).status).toBe(409)
  expect((await post(pages, browser, '/admin/people', { ...own, person: 'nobody' })).status).toBe(404)
  expect((await post(pages, browser, '/admin/people', { ...own, role: 'root' })).status).toBe(400)
  expect(await auditOf(pages, 'operator.role')).toHaveLength(1)
})

test('H09 the sessions of all people are listed with their names; an administrator can end one, or all of one person', async () => {
  await using pages = await startAdminPages()
  const [laptop, cluster, sams] = [
    await signInTerminal(pages, 'laptop', ada),
    await signInTerminal(pages, 'cluster', ada),
    await signInTerminal(pages, 'notebook', sam),
  ]
  const browser = await openAdmin(pages)
  const all = await goTo(pages, browser, '/admin/sessions')
  for (const shown of ['laptop', 'cluster', 'notebook', 'Ada Example', 'Sam Sample', '0000-0002-1694-233X']) {
    expect(all.body).toContain(shown)
  }
  expect(all.body).not.toContain('End all sessions')
  await browser.press('End the session of laptop')
  expect(await isAlive(pages, laptop.refreshToken)).toBe(false)
  const one = await goTo(pages, browser, '/admin/sessions?person=ada+exa')
  expect(one.body).not.toContain('notebook')
  const ended = await browser.press('End all sessions')
  expect(ended.url.search).toBe('?person=ada+exa')
  expect(ended.body).toContain('No terminal is signed in here.')
  expect(await isAlive(pages, cluster.refreshToken)).toBe(false)
  expect(await isAlive(pages, sams.refreshToken)).toBe(true)
  expect((await goTo(pages, browser, '/admin/sessions?person=Exampl')).body).toContain('Ada Example')
  expect((await goTo(pages, browser, '/admin/sessions?person=a')).body).toContain('matches several people')
  expect((await goTo(pages, browser, '/admin/sessions?person=%3Cb%3Ezz')).body).toContain('Nobody called “&lt;b&gt;zz”')
})

test('L03 L10 an administrator rotates keys and switches the device grant, and the audit names them', async () => {
  await using pages = await startAdminPages()
  await signInTerminal(pages, 'laptop', ada)
  const browser = await openAdmin(pages)
  const staged = await browser.press('Rotate the keys')
  expect(staged.body).toContain('A rotation is in progress')
  expect(staged.body).toContain('Published, not signing yet')
  expect((await browser.press('Rotate now, refuse all others')).body).toContain('Retired')
  const byName = { detail: expect.stringContaining('by Josiah Carberry (0000-0002-1825-0097)') }
  expect(await auditOf(pages, 'key.rotate')).toMatchObject([byName, byName])
  expect((await browser.press('Stop sign-ins from terminals')).body).toContain('Nobody can sign in from a terminal')
  pages.clock.advance({ seconds: 31 })
  await expect(pages.startTerminal()).rejects.toThrow()
  expect((await browser.press('Let people sign in again')).body).toContain('Stop sign-ins from terminals')
  expect(await auditOf(pages, 'operator.device_grant')).toMatchObject([byName, byName])
  const twice = await browser.press('Rotate the keys')
  const again = new URLSearchParams({ rotate: 'staged' })
  const token =
    /action="\/admin\/keys"><input type="hidden" name="form_token" value="([^"]+)"/.exec(twice.body)?.[1] ?? ''
  expect((await post(pages, browser, '/admin/keys', { form_token: token, ...Object.fromEntries(again) })).status).toBe(
    409,
  )
  expect((await post(pages, browser, '/admin/keys', { form_token: token, rotate: 'x' })).status).toBe(400)
})

test('L07 the audit can be filtered by person, device, address and event, and paged through to its end', async () => {
  await using pages = await startAdminPages()
  await signInTerminal(pages, 'laptop', ada)
  const at = new Date(pages.clock.now().getTime() - 3_600_000)
  const written = Array.from({ length: 120 }, (_, index) =>
    sampleAuditEvent({ at, event: 'sign_out', ip: '192.0.2.99', detail: `number ${index};` }),
  )
  for (const event of written) await pages.store.appendAuditEvent(event)
  const browser = await openAdmin(pages)
  const see = async (query: string) => (await goTo(pages, browser, `/admin/audit?${query}`)).body
  expect(await see('person=Ada')).toMatch(/device\.<wbr>redeem[\s\S]*Ada Example/)
  expect(await see('person=Ada')).not.toContain('number')
  expect(await see('device=laptop')).toContain('device.<wbr>start')
  expect(await see('address=192.0.2.98')).toContain('No event in the audit matches')
  expect(await see('event=sign_out&person=Ada')).toContain('No event in the audit matches')
  expect(await see(`person=${randomUUID()}`)).toContain('No event in the audit matches')
  expect(await see('event=no_such_event&before=x&device=%00')).toContain('device.<wbr>redeem')

  const seen: string[] = []
  let next: string | undefined = '/admin/audit?event=sign_out&address=192.0.2.99'
  for (let page = 0; next !== undefined && page < 5; page++) {
    const { body } = await goTo(pages, browser, next)
    seen.push(...[...body.matchAll(/number (\d+);/g)].map(([, number = '']) => number))
    next = /<a href="([^"]+)" rel="next">/.exec(body)?.[1]?.replaceAll('&amp;', '&')
  }
  expect(next).toBeUndefined()
  expect([seen.length, new Set(seen).size]).toEqual([120, 120])
})
