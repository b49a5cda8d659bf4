/** L07: provokes every audit event over the wires, and checks that it records who, what, when, from where and the outcome. */
import { readFileSync } from 'node:fs'
import { type AuditEvent, type AuditEventName, auditEvents, createOperator } from '@osa/core'
import { requesterAt } from '@osa/core/testing'
import { expect, test } from 'vitest'
import { developmentPeople } from './identity/development-people.ts'
import { pollToken, postForm, refreshToken } from './testing/oauth-calls.ts'
import { arriveAtConfirm, carberryButton, type Pages, type PagesBrowser, startPages } from './testing/pages.ts'

const [carberry] = developmentPeople
const administrator = `https://archive.example/development#${carberry?.subject}`

async function world() {
  const pages = await startPages({
    auth: { roleGrants: ({ issuer, subject }) => (`${issuer}#${subject}` === administrator ? 'admin' : null) },
  })
  return { pages, browser: pages.browse({ address: '192.0.2.7' }), operator: createOperator(pages.deps) }
}

/** Signs in a terminal over the OAuth wire, until it has its first tokens. */
async function signInTerminal(pages: Pages, browser: PagesBrowser) {
  const terminal = await (await postForm(pages, '/oauth/device_authorization', { client_id: 'osa-cli' })).json()
  await arriveAtConfirm(pages, browser, terminal.user_code)
  await browser.press('Approve')
  const tokens = await (await pollToken(pages, terminal.device_code)).json()
  return { ...terminal, ...tokens } as { device_code: string; user_code: string; refresh_token: string }
}

/** Performs every operation that is audited. */
async function provokeEverything({ pages, browser, operator }: Awaited<ReturnType<typeof world>>) {
  const { clock } = pages
  const first = await signInTerminal(pages, browser)
  await refreshToken(pages, first.refresh_token)
  const renewed = await (await refreshToken(pages, first.refresh_token)).json() // a replay
  await pages.refresh(first.refresh_token, { requester: requesterAt('203.0.113.5') }) // a replay from another source
  clock.advance({ seconds: 31 })
  await pollToken(pages, first.device_code) // theft of the code: the session ends
  const second = await signInTerminal(pages, browser)
  await refreshToken(pages, second.refresh_token)
  clock.advance({ seconds: 31 })
  await refreshToken(pages, second.refresh_token) // theft of a token
  await postForm(pages, '/oauth/revoke', { client_id: 'osa-cli', token: renewed.refresh_token })
  const third = await signInTerminal(pages, browser)
  await browser.open(`${pages.publicUrl}/account/sessions`)
  await browser.press('Save name of Unnamed device', { name: 'my laptop' })
  await postForm(pages, '/oauth/revoke', { client_id: 'osa-cli', token: third.refresh_token })

  const local = await pages.startTerminal({ isListening: true })
  await browser.open(local.opens)
  const denied = await pages.startTerminal()
  await arriveAtConfirm(pages, browser, denied.user_code)
  await browser.press('Deny')
  const declined = await pages.startTerminal()
  await browser.open(`${pages.publicUrl}/device`)
  await browser.press('Continue with the development sign-in', { user_code: declined.user_code })
  await browser.press('Deny')
  for (let n = 0; n < 11; n++) {
    await browser.open(`${pages.publicUrl}/device`)
    await browser.press('Continue with the development sign-in', { user_code: 'BBBB-BBBB' })
  }
  await browser.open(`${pages.publicUrl}/account/sessions`)
  await browser.press('Sign out of this page')

  await operator.rotateKeys({ atOnce: true })
  await operator.setDeviceGrant({ enabled: false })
  await operator.setRole({ issuer: 'https://archive.example/development', subject: carberry?.subject ?? '' }, 'user')
  await operator.revokeSessions(null)
  return pages.store.listAuditEvents({ limit: 1_000 })
}

type Field = 'userId' | 'clientId' | 'deviceAuthorizationId' | 'familyId' | 'detail'
const ofSession: readonly Field[] = ['userId', 'clientId', 'familyId']

/** Fields that each event must have besides time, outcome, address and request. Events from the console have neither address nor request. */
const expected: Record<
  Exclude<AuditEventName, 'convention.deploy'>,
  { outcome: AuditEvent['outcome']; says: readonly Field[]; fromConsole?: true }
> = {
  'device.start': { outcome: 'ok', says: ['clientId', 'deviceAuthorizationId'] },
  'device.code_refused': { outcome: 'refused', says: [] },
  'device.code_limited': { outcome: 'refused', says: ['detail'] },
  'device.same_computer': { outcome: 'ok', says: ['clientId', 'deviceAuthorizationId'] },
  'device.claim': { outcome: 'ok', says: ['userId', 'deviceAuthorizationId', 'detail'] },
  'device.approve': { outcome: 'ok', says: ['userId', 'clientId', 'deviceAuthorizationId', 'detail'] },
  'device.deny': { outcome: 'ok', says: ['clientId', 'deviceAuthorizationId'] },
  'device.redeem': { outcome: 'ok', says: [...ofSession, 'deviceAuthorizationId'] },
  'device.redeem_reuse': { outcome: 'refused', says: [...ofSession, 'deviceAuthorizationId'] },
  sign_in: { outcome: 'ok', says: ['userId', 'detail'] },
  'sign_in.refused': { outcome: 'refused', says: ['deviceAuthorizationId', 'detail'] },
  sign_out: { outcome: 'ok', says: ['userId'] },
  'token.refresh': { outcome: 'ok', says: ofSession },
  'token.refresh_replay': { outcome: 'ok', says: ofSession },
  'token.refresh_two_sources': { outcome: 'ok', says: [...ofSession, 'detail'] },
  'token.refresh_reuse': { outcome: 'refused', says: [...ofSession, 'detail'] },
  'session.name': { outcome: 'ok', says: ofSession },
  'session.revoke': { outcome: 'ok', says: [...ofSession, 'detail'] },
  'admin.granted': { outcome: 'ok', says: ['userId', 'detail'] },
  'key.create': { outcome: 'ok', says: ['detail'], fromConsole: true },
  'key.rotate': { outcome: 'ok', says: ['detail'], fromConsole: true },
  'operator.revoke_sessions': { outcome: 'ok', says: ['detail'], fromConsole: true },
  'operator.device_grant': { outcome: 'ok', says: ['detail'], fromConsole: true },
  'operator.role': { outcome: 'ok', says: ['userId', 'detail'], fromConsole: true },
}

test('L07 G16 every security event records who, what, when, from where and the outcome, and contains no secret', async () => {
  const made = await world()
  const startedAt = made.pages.clock.now()
  const events = await provokeEverything(made)
  const endedAt = made.pages.clock.now()
  expect(new Set(events.map(({ event }) => event))).toEqual(new Set(Object.keys(expected)))
  for (const event of events) {
    const { outcome, says, fromConsole } = expected[event.event as keyof typeof expected]
    expect(event, event.event).toMatchObject({ outcome })
    expect(event.at >= startedAt && event.at <= endedAt, event.event).toBe(true)
    for (const field of says) expect(event[field], `${event.event} ${field}`).toEqual(expect.any(String))
    if (fromConsole) expect([event.ip, event.requestId]).toEqual([null, null])
    else expect(event.ip, event.event).toMatch(/^(203\.0\.113\.5|192\.0\.2\.7)$/)
  }
  const entered = events.find(({ event }) => event === 'device.approve')
  expect(made.pages.logLines.join('\n'), 'the log line of the request has the same id').toContain(entered?.requestId)
  expect(JSON.stringify(events)).not.toMatch(/[A-Z]{4}-[A-Z]{4}|eyJ|[\w-]{43}/)
  await made.pages[Symbol.asyncDispose]()
})

test('L07 a sign-in that is refused after the provider has confirmed the person names them', async () => {
  const { pages, browser } = await world()
  const { user_code } = await pages.startTerminal()
  await arriveAtConfirm(pages, browser, user_code)
  const [claim] = await pages.store.listAuditEvents({ limit: 1, event: 'device.claim' })
  const userId = claim?.userId ?? ''
  await pages.store.transaction(async (tx) => {
    const user = await tx.findUser(userId)
    if (user) await tx.saveUser({ ...user, disabledAt: pages.clock.now() })
  })
  const again = await pages.startTerminal()
  await arriveAtConfirm(pages, pages.browse(), again.user_code, carberryButton)
  const [refused] = await pages.store.listAuditEvents({ limit: 1, event: 'sign_in.refused' })
  expect(refused).toMatchObject({ userId, outcome: 'refused', detail: 'development account_disabled' })
  await pages[Symbol.asyncDispose]()
})

test('L07 the README lists every event, and no other', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  const section = readme.split('## Audit')[1]?.split('\n## ')[0] ?? ''
  const named = section
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .flatMap((line) => line.split('|')[1]?.match(/`[a-z_.]+`/g) ?? [])
  expect(named.map((name) => name.slice(1, -1)).sort()).toEqual([...auditEvents].sort())
})
