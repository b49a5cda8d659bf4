/** The device grant of a scripted node. There is no person: a test decides with a method call. */
import { createHash } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import { withSignal } from '../signal.ts'
import { LostAnswer } from './fake-http.ts'
import { FakeRefusal } from './fake-procedures.ts'
import { type FakeSessions, refuse, secret } from './fake-sessions.ts'

export interface DeviceScript {
  readonly intervalSeconds?: number
  readonly deviceCodeLifetimeSeconds?: number
  /** Approves each login automatically at this poll. If absent, never does. */
  readonly approveAtPoll?: number
}

const userCode = 'BCDF-GHJK'

const sha256 = (text: string): string => createHash('sha256').update(text).digest('base64url')

export class FakeDeviceFlow {
  /** How many of the next polls are answered with `slow_down`. */
  slowDowns = 0
  /** Whether the connection breaks instead of delivering the tokens. */
  losesTokens = false
  #decision: 'pending' | 'approved' | 'denied' | 'expired' = 'pending'
  readonly #decided = new EventEmitter()
  /** SHA-256 of the device codes that it has issued. */
  readonly #deviceCodes = new Set<string>()
  #wrongGuesses = 0
  #polls = 0
  #consumed = false
  readonly #script: DeviceScript
  readonly #sessions: FakeSessions

  constructor(script: DeviceScript, sessions: FakeSessions) {
    this.#script = script
    this.#sessions = sessions
  }

  decide(decision: 'approved' | 'denied' | 'expired'): void {
    this.#decision = decision
    this.#decided.emit('decided')
  }

  start(url: string): object {
    this.#polls = 0
    this.#consumed = false
    const device_code = secret('dc')
    this.#deviceCodes.add(sha256(device_code))
    return {
      device_code,
      user_code: userCode,
      verification_uri: `${url}/device`,
      verification_uri_complete: `${url}/device?user_code=${userCode}`,
      expires_in: this.#script.deviceCodeLifetimeSeconds ?? 900,
      interval: this.#script.intervalSeconds ?? 1,
    }
  }

  /** Before the first start, any code is known, so that a test can use one from an answer that it has set. */
  #knows(deviceCodeHash: string): boolean {
    return this.#deviceCodes.size === 0 || this.#deviceCodes.has(deviceCodeHash)
  }

  /** Checks a typed code, in any spelling. After ten wrong codes, refuses all. */
  verify(typed: string, url: string): object {
    if (this.#wrongGuesses >= 10) throw new FakeRefusal('TOO_MANY_REQUESTS', 429, 'Too many codes were tried.')
    const isRight = typed.toUpperCase().replaceAll(/[\s-]/g, '') === userCode.replace('-', '')
    if (isRight && this.#deviceCodes.size > 0 && this.#decision === 'pending' && !this.#consumed) {
      const continue_uri = `${url}/device?user_code=${userCode}`
      const expires_in = this.#script.deviceCodeLifetimeSeconds ?? 900
      return { client_name: 'OSA command line', scope: 'profile conventions:write', expires_in, continue_uri }
    }
    this.#wrongGuesses++
    throw new FakeRefusal('NOT_FOUND', 404, 'This code cannot be used.')
  }

  /** Announces the decision, once. */
  async *watch(deviceCodeHash: string, signal: AbortSignal | undefined): AsyncGenerator<object, void> {
    if (!this.#knows(deviceCodeHash) || this.#consumed) return yield refuse('invalid_grant')
    try {
      if (this.#decision === 'pending') await once(this.#decided, 'decided', withSignal(signal))
    } catch (error) {
      if (signal?.aborted) return
      throw error
    }
    yield { status: 'decided' }
  }

  poll(deviceCode: string): object {
    if (!this.#knows(sha256(deviceCode))) return refuse('invalid_grant')
    this.#polls++
    if (this.slowDowns > 0) {
      this.slowDowns--
      return refuse('slow_down')
    }
    if (this.#decision === 'denied') return refuse('access_denied')
    if (this.#decision === 'expired') return refuse('expired_token')
    if (this.#consumed) return refuse('invalid_grant')
    const isApproved =
      this.#decision === 'approved' || this.#polls >= (this.#script.approveAtPoll ?? Number.POSITIVE_INFINITY)
    if (!isApproved) return refuse('authorization_pending')
    this.#consumed = true
    const family = this.#sessions.begin()
    if (this.losesTokens) throw new LostAnswer()
    return this.#sessions.tokens(family)
  }
}
