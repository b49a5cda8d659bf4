/**
 * Polls for the outcome of a device login (RFC 8628 §3.4, §3.5) until a person has decided, through network failures. If the server announces
 * the decision (watch.ts), polls once more at that moment.
 */

import type { TokenOutcome, TokenResponse } from '@osa/contract'
import type { OsaClient } from '../client/create-client.ts'
import type { Network } from '../client/network.ts'
import type { Clock } from '../clock.ts'
import { type ErrorCode, isOsaError, OsaError } from '../errors.ts'
import { withSignal } from '../signal.ts'
import { cleanText } from '../text.ts'
import { clampInterval, maxIntervalSeconds, type PendingLogin } from './device-login.ts'
import { type DecisionWatch, watchForDecision } from './watch.ts'

/** The outcome of one poll. */
type PollOutcome =
  | { outcome: 'approved'; tokens: TokenResponse }
  | { outcome: 'pending' }
  | { outcome: 'slow_down'; intervalSeconds: number | null }
  | { outcome: 'unreachable'; waitMs: number }

function finalRefusal(error: string, login: PendingLogin): OsaError {
  const options = { server: login.server, status: 400, hint: 'Run osa login again' }
  if (error === 'access_denied') {
    const hint = 'If that was a mistake, run osa login again'
    return new OsaError('login_denied', 'Sign-in was refused in the browser', { ...options, hint })
  }
  if (error === 'expired_token') return expired(login)
  if (error === 'invalid_grant') {
    // the node cannot tell a lost answer from a copied code, and ends the session in both cases
    const message = 'The sign-in was approved, but the answer was lost on the way, or someone else used the code'
    return new OsaError('login_lost', message, { ...options, hint: 'Run osa login again, then look at osa sessions' })
  }
  return new OsaError('server_error', `The archive refused the sign-in (${cleanText(error, 60)})`, options)
}

const expired = (login: PendingLogin): OsaError =>
  new OsaError('login_expired', `The code ${login.userCode} expired before it was approved`, {
    server: login.server,
    hint: 'Run osa login again',
  })

function judge(outcome: TokenOutcome, login: PendingLogin): PollOutcome {
  if (!('error' in outcome)) return { outcome: 'approved', tokens: outcome }
  const { error, interval = null } = outcome
  if (error === 'authorization_pending') return { outcome: 'pending' }
  if (error === 'slow_down') return { outcome: 'slow_down', intervalSeconds: interval }
  throw finalRefusal(error, login)
}

/** Whether the server is unreachable or overloaded. The login then goes on, since a person may be approving its code (RFC 8628 §3.5). */
const isOutage = ({ code, status = 0 }: OsaError): boolean => outages.includes(code) || status >= 500 || status === 429

const outages: readonly ErrorCode[] = ['dns', 'connection_refused', 'connection_failed', 'timeout', 'proxy']

async function poll(osa: OsaClient, login: PendingLogin, signal: AbortSignal | undefined): Promise<PollOutcome> {
  try {
    return judge(await osa.device.token.mutate({ device_code: login.deviceCode }, withSignal(signal)), login)
  } catch (error) {
    if (isOsaError(error) && isOutage(error)) return { outcome: 'unreachable', waitMs: error.retryAfterMs ?? 0 }
    throw error
  }
}

/** The state of a login that is not decided yet. */
export interface Waiting {
  /** The outcome of the last poll. */
  reason: 'pending' | 'slow_down' | 'unreachable'
  /** Seconds until the code expires. */
  secondsLeft: number
}

interface WaitOptions {
  network: Network
  login: PendingLogin
  clock: Clock
  signal?: AbortSignal | undefined
  onWaiting?: ((waiting: Waiting) => void) | undefined
}

/**
 * Returns a function that sleeps for some milliseconds. It returns true if the decision woke it, which happens once at most, however often
 * the server announces a decision.
 */
function createPause({ clock, signal }: WaitOptions, { decided }: DecisionWatch) {
  let hasWoken = false
  return async (ms: number): Promise<boolean> => {
    if (hasWoken) {
      await clock.sleep(ms, signal)
      return false
    }
    try {
      if (!decided.aborted) await clock.sleep(ms, signal ? AbortSignal.any([signal, decided]) : decided)
    } catch (error) {
      if (signal?.aborted || !decided.aborted) throw error
    }
    hasWoken = decided.aborted
    return hasWoken
  }
}

/**
 * Polls until a person has decided, and returns the tokens (RFC 8628 §3.4, §3.5). The first poll comes after one interval. `slow_down`
 * lengthens the interval by 5 s for good. During outages the pauses double, up to a minute, and `Retry-After` is respected. If the server
 * announces the decision, it is polled once more at that moment. Throws `login_denied`, `login_expired`, `login_lost`, `aborted`, or the
 * error for an unexpected answer.
 */
export async function waitForApproval(options: WaitOptions): Promise<TokenResponse> {
  const { network, login, signal } = options
  const watch = watchForDecision({ network, login, signal })
  try {
    return await pollUntilDecided(options, watch)
  } finally {
    watch.stop()
  }
}

async function pollUntilDecided(options: WaitOptions, watch: DecisionWatch): Promise<TokenResponse> {
  const { network, login, clock, signal, onWaiting } = options
  const osa = await network.connect(login.server)
  const pause = createPause(options, watch)
  let intervalSeconds = login.intervalSeconds
  let pauseMs = intervalSeconds * 1000
  let { expiresAtMs } = login
  let unwaitedMs = expiresAtMs - clock.now()
  for (;;) {
    const leftMs = expiresAtMs - clock.now()
    const restMs = Math.max(0, Math.min(pauseMs, leftMs))
    const isDecided = await pause(restMs)
    unwaitedMs -= restMs
    const isOver = !isDecided && leftMs <= pauseMs
    if (isOver && unwaitedMs <= 0) throw expired(login)
    const polled = await poll(osa, login, signal)
    if (polled.outcome === 'approved') return polled.tokens
    if (isOver) {
      if (polled.outcome === 'unreachable') throw expired(login)
      // the clock was set forward: the code lives for as long as has not been waited yet
      expiresAtMs = clock.now() + unwaitedMs
    }
    if (polled.outcome === 'slow_down') {
      // Cumulative and for all later polls, not only the next (RFC 8628 §3.5).
      const requested = polled.intervalSeconds === null ? 0 : clampInterval(polled.intervalSeconds)
      intervalSeconds = Math.max(intervalSeconds + 5, requested)
    }
    pauseMs =
      polled.outcome === 'unreachable'
        ? Math.max(Math.min(pauseMs * 2, maxIntervalSeconds * 1000), intervalSeconds * 1000, polled.waitMs)
        : intervalSeconds * 1000
    onWaiting?.({ reason: polled.outcome, secondsLeft: Math.max(0, (expiresAtMs - clock.now()) / 1000) })
  }
}
