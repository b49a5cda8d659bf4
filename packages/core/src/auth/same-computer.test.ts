import { createHash, randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { requesterAt, testAuth, testRequester } from '../testing/test-auth.ts'
import type { RemoteApproval } from './policy.ts'
import { defaultPolicy } from './policy.ts'
import { isRefusal } from './refusal.ts'
import type { CookieSecret } from './secret.ts'

const world = (remoteApproval: RemoteApproval = 'typed') =>
  testAuth({
    policy: { ...defaultPolicy, publicUrl: 'https://archive.example', remoteApproval: () => remoteApproval },
  })
type World = ReturnType<typeof world>

/** Starts a terminal with a listener, like `osa login`. */
async function startLocal({ auth, client }: World, port: string | number = 40_123) {
  const nonce = randomBytes(32).toString('base64url')
  const loopbackChallenge = createHash('sha256').update(nonce).digest('base64url')
  const request = { client: client('osa-cli'), loopbackChallenge, loopbackPort: port, requester: testRequester }
  const started = await auth.startDeviceAuthorization(request)
  if (isRefusal(started)) throw new Error(started.error_description)
  const flow = new URL(started.same_computer_uri ?? '').searchParams.get('flow') ?? ''
  /** Returns the state with which the node redirects a browser to the listener. */
  const visit = async (browser: CookieSecret): Promise<string> => {
    const url = await auth.listenerOf({ deviceAuthorizationId: flow, browser })
    return url?.searchParams.get('state') ?? ''
  }
  const prove = (browser: CookieSecret | null, state: string, given = nonce) =>
    auth.proveSameComputer({ deviceAuthorizationId: flow, browser, state, nonce: given, requester: testRequester })
  return { ...started, flow, nonce, loopbackChallenge, visit, prove }
}

async function arriveIn({ signIn }: World, userCode: string, options: { browser?: CookieSecret; codeTyped?: boolean }) {
  const signedIn = await signIn(userCode, 'carberry', options)
  if ('refused' in signedIn) throw new Error(signedIn.detail)
  const { browser, deviceAuthorizationId } = signedIn
  return { browser, deviceAuthorizationId: deviceAuthorizationId ?? '' }
}

describe('the same-computer proof', () => {
  test('a browser that returns from the listener can approve without typing the code, and the session records the proof', async () => {
    const it = world()
    const terminal = await startLocal(it)
    const browser = it.auth.newBrowserSecret()
    const listener = await it.auth.listenerOf({ deviceAuthorizationId: terminal.flow, browser })
    expect(`${listener?.origin}${listener?.pathname}`).toBe(`http://127.0.0.1:40123/${terminal.loopbackChallenge}`)
    expect(await terminal.prove(browser, listener?.searchParams.get('state') ?? '')).toBe(true)
    const arrived = await arriveIn(it, terminal.user_code, { browser, codeTyped: false })
    expect(await it.auth.reviewDevice(arrived)).toMatchObject({
      needs: 'nothing',
      device: { approval: 'same_computer' },
    })
    expect(await it.auth.decideDevice({ ...arrived, decision: 'approve', requester: testRequester })).toBe('approved')
    const tokens = await it.poll(terminal.device_code)
    if (isRefusal(tokens)) throw new Error(tokens.error_description)
    const principal = await it.auth.authenticate(tokens.access_token)
    if (isRefusal(principal)) throw new Error(principal.error_description)
    const query = { userId: principal.user.id, currentSessionId: principal.sessionId }
    expect(await it.auth.listSessions(query)).toMatchObject([{ approval: 'same_computer' }])
    const events = await it.store.listAuditEvents({ limit: 20 })
    expect(events.filter(({ event }) => event === 'device.same_computer')).toHaveLength(1)
    expect(events.find(({ event }) => event === 'device.approve')).toMatchObject({ detail: 'same_computer' })
  })

  test('the nonce alone, another browser, a wrong or late state, and a repeat prove nothing', async () => {
    const it = world()
    const [own, other] = [it.auth.newBrowserSecret(), it.auth.newBrowserSecret()]
    const terminal = await startLocal(it)
    const second = await startLocal(it)
    const state = await terminal.visit(own)
    for (const attempt of [
      terminal.prove(own, ''),
      terminal.prove(null, state),
      terminal.prove(other, state),
      terminal.prove(own, await terminal.visit(other)),
      terminal.prove(own, await second.visit(own)),
      terminal.prove(own, state, second.nonce),
      terminal.prove(
        own,
        state.replace(/^\d+/, (at) => `${Number(at) + 1}`),
      ),
      terminal.prove(own, `${'9'.repeat(400)}.x`),
    ]) {
      expect(await attempt).toBe(false)
    }
    it.clock.advance({ seconds: 61 })
    expect(await terminal.prove(own, state), 'after a minute').toBe(false)
    const fresh = await terminal.visit(own)
    const raced = await Promise.all(Array.from({ length: 10 }, () => terminal.prove(own, fresh)))
    expect(raced.filter((proven) => proven)).toHaveLength(1)
    expect(await terminal.visit(other), 'proven once').toBe('')
  })

  test('a claimed or expired request can no longer be proven', async () => {
    const it = world()
    const browser = it.auth.newBrowserSecret()
    const terminal = await startLocal(it)
    const state = await terminal.visit(browser)
    await it.arrive(terminal.user_code, 'another person')
    expect(await terminal.prove(browser, state)).toBe(false)
    expect(await terminal.visit(browser)).toBe('')
    const late = await startLocal(it)
    it.clock.advance({ seconds: 600 })
    expect(await late.visit(browser)).toBe('')
    expect(await it.auth.listenerOf({ deviceAuthorizationId: 'no id', browser })).toBeNull()
  })

  test('RFC 8628 §5.4: a proof counts only for the browser that made it, even after switching the account', async () => {
    const it = world()
    const terminal = await startLocal(it)
    const [attacker, victim] = [it.auth.newBrowserSecret(), it.auth.newBrowserSecret()]
    expect(await terminal.prove(attacker, await terminal.visit(attacker))).toBe(true)
    const arrived = await arriveIn(it, terminal.user_code, { browser: victim, codeTyped: false })
    expect(await it.auth.decideDevice({ ...arrived, decision: 'approve', requester: testRequester })).toBe(
      'code_needed',
    )
    await it.auth.switchAccount(arrived)
    const again = await arriveIn(it, terminal.user_code, { browser: attacker, codeTyped: false })
    expect(await it.auth.reviewDevice(again)).toMatchObject({ needs: 'nothing' })
  })

  test('a start with an invalid listener is refused', async () => {
    const { auth, client } = world()
    const loopbackChallenge = 'x'.repeat(43)
    for (const listener of [
      { loopbackChallenge },
      { loopbackPort: 40_123 },
      { loopbackChallenge, loopbackPort: 80 },
      { loopbackChallenge, loopbackPort: '65536' },
      { loopbackChallenge, loopbackPort: '4e4' },
      { loopbackChallenge, loopbackPort: 40_123.5 },
      { loopbackChallenge: `${loopbackChallenge}/`, loopbackPort: 40_123 },
    ]) {
      const request = { client: client('osa-cli'), requester: testRequester, ...listener }
      expect(await auth.startDeviceAuthorization(request)).toMatchObject({ error: 'invalid_request' })
    }
  })
})

describe('approval without proof', () => {
  const filledIn = async (remoteApproval: RemoteApproval, codeTyped = false) => {
    const it = world(remoteApproval)
    const terminal = await startLocal(it)
    const arrived = await arriveIn(it, terminal.user_code, { codeTyped })
    const approve = (typedCode?: string) =>
      it.auth.decideDevice({ ...arrived, decision: 'approve', typedCode, requester: testRequester })
    return { it, terminal, arrived, approve }
  }

  test('typed: a prefilled code is not enough until the code is typed by hand', async () => {
    const { it, terminal, arrived, approve } = await filledIn('typed')
    expect(await it.auth.reviewDevice(arrived)).toMatchObject({ needs: 'typed_code' })
    expect(await approve()).toBe('code_needed')
    expect(await approve(' ')).toBe('code_needed')
    expect(await approve('BBBB-BBBB')).toBe('code_wrong')
    expect(await it.poll(terminal.device_code)).toMatchObject({ error: 'authorization_pending' })
    expect(await approve(terminal.user_code.toLowerCase().replace('-', ' '))).toBe('approved')
    const [event] = await it.store.listAuditEvents({ limit: 1, event: 'device.approve' })
    expect(event).toMatchObject({ detail: 'typed' })
  })

  test('typed: a code that was typed on an earlier page is not asked for again', async () => {
    const { it, arrived, approve } = await filledIn('typed', true)
    expect(await it.auth.reviewDevice(arrived)).toMatchObject({ needs: 'nothing' })
    expect(await approve()).toBe('approved')
  })

  test('allow: a prefilled code is enough, and the audit records it', async () => {
    const { it, approve } = await filledIn('allow')
    expect(await approve()).toBe('approved')
    const [event] = await it.store.listAuditEvents({ limit: 1, event: 'device.approve' })
    expect(event).toMatchObject({ detail: 'prefilled' })
  })

  test('never: neither a prefilled nor a typed code is enough, denying works, and a start needs a listener', async () => {
    const { it, terminal, arrived, approve } = await filledIn('never', true)
    expect(terminal.same_computer_required).toBe(true)
    expect(await it.auth.reviewDevice(arrived)).toMatchObject({ needs: 'same_computer' })
    expect(await approve(terminal.user_code)).toBe('remote_refused')
    expect(await it.auth.decideDevice({ ...arrived, decision: 'deny', requester: testRequester })).toBe('denied')
    const plain = await it.auth.startDeviceAuthorization({ client: it.client('osa-cli'), requester: testRequester })
    expect(plain).toMatchObject({ error: 'access_denied', error_description: expect.stringContaining('same computer') })
  })

  test('the policy depends on the address of the terminal', async () => {
    const remoteApproval = (ip: string): RemoteApproval => (ip === '198.51.100.1' ? 'typed' : 'never')
    const it = testAuth({ policy: { ...defaultPolicy, publicUrl: 'https://archive.example', remoteApproval } })
    const start = (ip: string) =>
      it.auth.startDeviceAuthorization({ client: it.client('osa-cli'), requester: requesterAt(ip) })
    expect(await start('198.51.100.1')).toMatchObject({ interval: 5 })
    expect(await start('198.51.100.2')).toMatchObject({ error: 'access_denied' })
  })

  test('RFC 8628 §3.2: the response to a start without a listener has no additional keys', async () => {
    const { start } = world()
    const keys = ['device_code', 'expires_in', 'interval', 'user_code', 'verification_uri', 'verification_uri_complete']
    expect(Object.keys(await start()).sort()).toEqual(keys)
  })
})
