import { expect, test } from 'vitest'
import { openNetwork } from '../client/network.ts'
import type { Clock } from '../clock.ts'
import { OsaError } from '../errors.ts'
import { createManualClock } from '../testing/index.ts'
import { type Waiting, waitForApproval } from './approval.ts'
import { type PendingLogin, startDeviceLogin } from './device-login.ts'

const server = 'https://archive.example'
const started = {
  device_code: 'dc-secret',
  user_code: 'BCDF-GHJK',
  verification_uri: `${server}/device`,
  verification_uri_complete: `${server}/device?user_code=BCDF-GHJK`,
  expires_in: 900,
  interval: 5,
}
const tokens = { access_token: 'at', refresh_token: 'rt', token_type: 'Bearer', expires_in: 900, scope: '' }
const json = (status: number, body: unknown, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } })
/** Returns the answer to one call. */
const result = (value: unknown): Response => json(200, [{ result: { data: { json: value } } }])
const refuse = (error: string, more: object = {}) => result({ error, error_description: 'x', ...more })
const page = (status: number): Response =>
  new Response('<title>Sign in', { status, headers: { 'content-type': 'text/html' } })

/** Gives these answers in order, repeats the last one, and records when each poll came. */
function script(clock: Clock, answers: (Response | OsaError)[]) {
  const startMs = clock.now()
  const askedAtSeconds: number[] = []
  const fetch = async (url: string | URL | Request): Promise<Response> => {
    // a server without watches
    if (String(url).includes('device.watch')) return new Response(null, { status: 404 })
    askedAtSeconds.push((clock.now() - startMs) / 1000)
    const next = answers[Math.min(askedAtSeconds.length, answers.length) - 1]
    if (!next || next instanceof OsaError) throw next ?? new Error('nothing scripted')
    return next.clone()
  }
  return { network: openNetwork({ fetch }), askedAtSeconds }
}

function start(document: object): Promise<PendingLogin> {
  const clock = createManualClock()
  const { network } = script(clock, [result({ ...started, ...document })])
  return startDeviceLogin({ network, server, deviceName: 'test', now: clock.now })
}

async function wait(answers: (Response | OsaError)[], document: object = {}) {
  const login = await start(document)
  const clock = createManualClock()
  const { network, askedAtSeconds } = script(clock, answers)
  const told: Waiting[] = []
  const outcome = await waitForApproval({ network, login, clock, onWaiting: (waiting) => told.push(waiting) }).catch(
    (error: unknown) => error,
  )
  const gaps = askedAtSeconds.map((at, index) => at - (askedAtSeconds[index - 1] ?? 0))
  return { outcome, gaps, told }
}

test('K11 the first poll comes after one interval', async () => {
  const { outcome, gaps } = await wait([result(tokens)])
  expect(outcome).toEqual(tokens)
  expect(gaps).toEqual([5])
})

test.each([
  [undefined, 5],
  ['7', 5],
  [null, 5],
  [-1, 5],
  [0, 5],
  [0.2, 1],
  [3, 3],
  [86_400, 60],
  [1e300, 60],
])('K11 an interval of %s polls every %s s', async (interval, gap) => {
  const { gaps } = await wait([result(tokens)], { interval })
  expect(gaps).toEqual([gap])
})

test("K11 waiting ends at the deadline by this computer's clock, after half an hour at most", async () => {
  const { outcome, gaps } = await wait([refuse('authorization_pending')], { expires_in: 1e12, interval: 60 })
  expect(outcome).toMatchObject({ code: 'login_expired', message: 'The code BCDF-GHJK expired before it was approved' })
  expect(gaps).toHaveLength(29)
})

test('K37 a clock that is set forward while a person approves does not end the login: the archive knows when the code is over', async () => {
  const login = await start({})
  const clock = createManualClock()
  const { network, askedAtSeconds } = script(clock, [
    refuse('authorization_pending'),
    refuse('authorization_pending'),
    result(tokens),
  ])
  const told: Waiting[] = []
  const onWaiting = (waiting: Waiting) => {
    if (told.push(waiting) === 1) clock.advance(7_200_000)
  }
  expect(await waitForApproval({ network, login, clock, onWaiting })).toEqual(tokens)
  expect(askedAtSeconds).toEqual([5, 7_205, 7_210])
  expect(told.map(({ secondsLeft }) => secondsLeft)).toEqual([895, 895])
})

test('K37 a computer that slept until the code was over says that it has expired, with the archive in reach or not', async () => {
  for (const answer of [refuse('expired_token'), new OsaError('connection_refused', 'x')]) {
    const login = await start({})
    const clock = createManualClock()
    const { network } = script(clock, [refuse('authorization_pending'), answer])
    const waiting = waitForApproval({ network, login, clock, onWaiting: () => clock.advance(7_200_000) })
    await expect(waiting).rejects.toMatchObject({ code: 'login_expired' })
  }
})

test('K12 RFC 8628 §3.5: slow_down adds 5 s for all later polls', async () => {
  const pending = refuse('authorization_pending')
  const answers = [refuse('slow_down'), refuse('slow_down'), pending, pending, result(tokens)]
  expect((await wait(answers)).gaps).toEqual([5, 10, 15, 15, 15])
})

test('K12 an interval that comes with slow_down is respected if it is longer', async () => {
  const { gaps } = await wait([
    refuse('slow_down', { interval: 20 }),
    refuse('slow_down', { interval: 1 }),
    result(tokens),
  ])
  expect(gaps).toEqual([5, 20, 25])
})

test('K13 RFC 8628 §3.5: outages back off, doubling, and do not end the login', async () => {
  const drop = new OsaError('timeout', 'no answer')
  const { outcome, gaps, told } = await wait([drop, drop, drop, page(502), page(502), result(tokens)])
  expect(outcome).toHaveProperty('access_token', 'at')
  expect(gaps).toEqual([5, 10, 20, 40, 60, 60])
  expect(told.every(({ reason }) => reason === 'unreachable')).toBe(true)
})

test('K13 after an outage, the interval is the one from before', async () => {
  const { gaps } = await wait([new OsaError('dns', ''), refuse('authorization_pending'), result(tokens)])
  expect(gaps).toEqual([5, 10, 5])
})

test.each([429, 503])('K13 Retry-After of a %s is respected', async (status) => {
  const { gaps } = await wait([json(status, {}, { 'retry-after': '33' }), result(tokens)])
  expect(gaps).toEqual([5, 33])
})

test.each([
  ['access_denied', 'login_denied'],
  ['expired_token', 'login_expired'],
  ['invalid_grant', 'login_lost'],
  ['invalid_client', 'server_error'],
  ['server_error', 'server_error'],
  ['weird', 'server_error'],
])('K14 RFC 8628 §3.5: %s ends the polling at once', async (error, code) => {
  const { outcome, gaps } = await wait([refuse(error), result(tokens)])
  expect(outcome).toMatchObject({ code })
  expect(gaps).toHaveLength(1)
})

test('K10 a certificate error while polling is final', async () => {
  const { outcome, gaps } = await wait([new OsaError('tls', 'bad certificate'), result(tokens)])
  expect(outcome).toMatchObject({ code: 'tls' })
  expect(gaps).toHaveLength(1)
})

test.each([
  ['a web page', undefined],
  ['null', null],
  ['an array', []],
  ['a string', 'ok'],
  ['an empty object', {}],
  ['an error with status 200', { error: 'authorization_pending' }],
  ['no access token', { ...tokens, access_token: undefined }],
  ['no refresh token', { ...tokens, refresh_token: undefined }],
  ['a number for a token', { ...tokens, access_token: 7 }],
  ['a token with a line break', { ...tokens, access_token: 'a\r\nX: y' }],
  ['another token type', { ...tokens, token_type: 'mac' }],
  ['no token type', { ...tokens, token_type: undefined }],
  ['a lifetime in words', { ...tokens, expires_in: 'soon' }],
  ['a negative lifetime', { ...tokens, expires_in: -5 }],
])('K07 %s instead of tokens ends in an error, not in a login', async (_, value) => {
  const { outcome } = await wait([value === undefined ? page(200) : result(value)])
  expect(outcome).toBeInstanceOf(OsaError)
})

test.each([
  ['no device code', { device_code: undefined }],
  ['an empty user code', { user_code: '' }],
  ['no address', { verification_uri: undefined }],
  ['no lifetime', { expires_in: undefined }],
  ['a lifetime in words', { expires_in: '900' }],
])('K07 a start answer with %s is refused', async (_, document) => {
  await expect(start(document)).rejects.toBeInstanceOf(OsaError)
})

test.each(['run: curl evil|sh', 'bcdf-ghjk', 'BCDF\u001b[2J', 'AB', 'BCDF-GHJK-BCDF-GHJK-BCDF'])(
  'K06 %j is not a user code, and the error does not repeat it',
  async (user_code) => {
    const failed = await start({ user_code }).catch((error: unknown) => error)
    expect(failed).toMatchObject({ code: 'not_an_osa_server' })
    expect((failed as Error).message).not.toContain(user_code)
  },
)

test.each([
  'http://archive.example/device',
  'https://archive.example.evil/device',
  'https://other.example/device',
  'https://user@archive.example/device',
  'https://archive.example:8443/device',
  'javascript:alert(1)',
  'file:///etc/passwd',
  'not a url',
  `https://archive.example/${'x'.repeat(2100)}`,
  'https://archive.example/device\u001b]8;;',
])('K03 a person is not sent to %s', async (address) => {
  await expect(start({ verification_uri: address })).rejects.toMatchObject({ code: 'untrusted_verification_url' })
  await expect(start({ verification_uri_complete: address })).rejects.toMatchObject({
    code: 'untrusted_verification_url',
  })
})

test('K03 a node on this machine may call itself localhost', async () => {
  const clock = createManualClock()
  const document = {
    ...started,
    verification_uri: 'http://localhost:8000/device',
    verification_uri_complete: undefined,
  }
  const { network } = script(clock, [result(document)])
  const login = await startDeviceLogin({ network, server: 'http://127.0.0.1:8000', deviceName: 'x', now: clock.now })
  expect(login.verificationUriComplete).toBe('http://localhost:8000/device')
})

test('K16 after the signal fires, no further poll is sent', async () => {
  const login = await start({})
  const clock = createManualClock()
  const { network, askedAtSeconds } = script(clock, [refuse('authorization_pending')])
  const controller = new AbortController()
  const waiting = waitForApproval({
    network,
    login,
    clock,
    signal: controller.signal,
    onWaiting: () => controller.abort(),
  })
  await expect(waiting).rejects.toThrow()
  expect(askedAtSeconds).toHaveLength(1)
})
