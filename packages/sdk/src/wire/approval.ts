/** The polls of a device login (RFC 8628 §3.4, §3.5): on until a person has decided, whatever the network does meanwhile. */

import type { Clock } from '../clock.ts'
import { isOsaError, OsaError } from '../errors.ts'
import { cleanText } from '../text.ts'
import { readOAuthError, readTokens, type Tokens } from './answers.ts'
import { clampInterval, maxIntervalSeconds, type PendingLogin } from './device-login.ts'
import type { Http, HttpAnswer } from './http.ts'
import { retryAfterMs, unexpectedAnswer } from './unexpected-answer.ts'

const deviceCodeGrantType = 'urn:ietf:params:oauth:grant-type:device_code'

/** What one poll came to. */
type PollOutcome =
  | { outcome: 'approved'; tokens: Tokens }
  | { outcome: 'pending' }
  | { outcome: 'slow_down'; intervalSeconds: number | null }
  | { outcome: 'unreachable'; waitMs: number }

const finalRefusal = (error: string, login: PendingLogin): OsaError => {
  const options = { server: login.server, status: 400, hint: 'Run osa login again' }
  if (error === 'access_denied') {
    const hint = 'If that was a mistake, run osa login again'
    return new OsaError('login_denied', 'Sign-in was refused in the browser', { ...options, hint })
  }
  if (error === 'expired_token') return expired(login)
  if (['invalid_grant', 'device_consumed', 'invalid_device_state', 'device_not_found'].includes(error)) {
    return new OsaError('login_lost', 'The sign-in was approved, but the answer was lost on the way', options)
  }
  return new OsaError('server_error', `The server refused the sign-in (${cleanText(error, 60)})`, options)
}

const expired = (login: PendingLogin): OsaError =>
  new OsaError('login_expired', `The code ${login.userCode} expired before it was approved`, {
    server: login.server,
    hint: 'Run osa login again',
  })

const judge = (answer: HttpAnswer, login: PendingLogin, nowMs: number): PollOutcome => {
  if (answer.status === 200) {
    const tokens = readTokens(answer.json)
    if (!tokens) throw unexpectedAnswer(answer)
    return { outcome: 'approved', tokens }
  }
  if (answer.status >= 500 || answer.status === 429) {
    return { outcome: 'unreachable', waitMs: retryAfterMs(answer, nowMs) ?? 0 }
  }
  const refusal = answer.status >= 400 ? readOAuthError(answer.json) : null
  if (!refusal) throw unexpectedAnswer(answer)
  if (refusal.error === 'authorization_pending') return { outcome: 'pending' }
  if (refusal.error === 'slow_down') return { outcome: 'slow_down', intervalSeconds: refusal.intervalSeconds }
  throw finalRefusal(refusal.error, login)
}

const transientCodes = ['dns', 'connection_refused', 'connection_failed', 'timeout', 'proxy'] as const

const poll = async (http: Http, login: PendingLogin, clock: Clock, signal?: AbortSignal): Promise<PollOutcome> => {
  try {
    const answer = await http({
      server: login.server,
      method: 'POST',
      path: '/api/v1/auth/device/token',
      json: { device_code: login.deviceCode, grant_type: deviceCodeGrantType },
      signal,
    })
    return judge(answer, login, clock.now())
  } catch (error) {
    // An outage must not cost the person the code they may just be approving (RFC 8628 §3.5); all else is final.
    if (isOsaError(error, ...transientCodes)) return { outcome: 'unreachable', waitMs: 0 }
    throw error
  }
}

export interface Waiting {
  reason: 'pending' | 'slow_down' | 'unreachable'
  secondsLeft: number
}

/**
 * Polls until a decision falls (RFC 8628 §3.4, §3.5): first after one interval; `slow_down` lengthens the interval by 5 s for good;
 * outages back off, doubling to a minute, and `Retry-After` is kept to. Throws `login_denied`, `login_expired`, `login_lost`,
 * `aborted`, or what is wrong with the answer.
 */
export const waitForApproval = async (options: {
  http: Http
  login: PendingLogin
  clock: Clock
  signal?: AbortSignal
  onWaiting?: (waiting: Waiting) => void
}): Promise<Tokens> => {
  const { http, login, clock, signal, onWaiting } = options
  let intervalSeconds = login.intervalSeconds
  let pauseMs = intervalSeconds * 1000
  for (;;) {
    const leftMs = login.expiresAtMs - clock.now()
    await clock.sleep(Math.max(0, Math.min(pauseMs, leftMs)), signal)
    if (leftMs <= pauseMs) throw expired(login)
    const polled = await poll(http, login, clock, signal)
    if (polled.outcome === 'approved') return polled.tokens
    if (polled.outcome === 'slow_down') {
      // Cumulative and for all later polls, not only the next (RFC 8628 §3.5).
      const told = polled.intervalSeconds === null ? 0 : clampInterval(polled.intervalSeconds)
      intervalSeconds = Math.max(intervalSeconds + 5, told)
    }
    pauseMs =
      polled.outcome === 'unreachable'
        ? Math.max(Math.min(pauseMs * 2, maxIntervalSeconds * 1000), intervalSeconds * 1000, polled.waitMs)
        : intervalSeconds * 1000
    onWaiting?.({ reason: polled.outcome, secondsLeft: Math.max(0, (login.expiresAtMs - clock.now()) / 1000) })
  }
}
