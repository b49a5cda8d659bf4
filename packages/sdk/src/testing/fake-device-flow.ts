/** The device grant of a scripted node. It knows no person: a decision is a method call. */
import { createHash } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import { withSignal } from '../signal.ts'
import { FakeRefusal, LostAnswer } from './fake-procedures.ts'
import { type FakeSessions, refuse, secret } from './fake-sessions.ts'

export interface DeviceScript {
  readonly intervalSeconds?: number
  readonly deviceCodeLifetimeSeconds?: number
  /** Approves each login by itself at this poll; never when absent. */
  readonly approveAtPoll?: number
}

const userCode = 'BCDF-GHJK'

const sha256 = (text: string): string => createHash('sha256').update(text).digest('base64url')

export class FakeDeviceFlow {
  /** So many polls are told to slow down. */
  slowDowns = 0
  /** The poll that redeems the code is answered by a broken connection. */
  losesTokens = false
  #decision: 'pending' | 'approved' | 'denied' | 'expired' = 'pending'
  readonly #decided = new EventEmitter()
  /** SHA-256 of the device codes it has handed out. */
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

  /** A code that was dictated in an answer is known too. */
  #knows(deviceCodeHash: string): boolean {
    return this.#deviceCodes.size === 0 || this.#deviceCodes.has(deviceCodeHash)
  }

  /** A person's code, however it is written; ten wrong ones are the last. */
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

  /** Says once that a decision has fallen. */
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
