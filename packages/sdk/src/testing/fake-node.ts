/**
 * A scripted node for tests: the v1 wire with rotation, grace and family revocation, and switches for everything that can go wrong.
 * It time-stamps each request. It knows no person: approval is a method call.
 */
import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A request as it arrived. */
export interface SeenRequest {
  readonly atMs: number
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** An answer that a test dictates, byte for byte. */
export interface RawAnswer {
  status: number
  headers?: Record<string, string>
  body: string | Uint8Array
}

export interface FakeNodeOptions {
  intervalSeconds?: number
  deviceCodeLifetimeSeconds?: number
  accessTokenLifetimeSeconds?: number
  refreshReuseGraceSeconds?: number
  displayName?: string
  /** Approves each login by itself at this poll; never when absent. */
  approveAtPoll?: number
}

interface Family {
  refreshToken: string
  retired: { refreshToken: string; successor: string; atMs: number }[]
  revoked: boolean
}

const paths = {
  device: '/api/v1/auth/device',
  token: '/api/v1/auth/device/token',
  refresh: '/api/v1/auth/refresh',
  logout: '/api/v1/auth/logout',
  me: '/api/v1/auth/me',
  document: '/.well-known/osa',
} as const
type Route = keyof typeof paths

const secret = (prefix: string): string => `${prefix}_${randomBytes(24).toString('base64url')}`

export class FakeNode implements AsyncDisposable {
  readonly requests: SeenRequest[] = []
  readonly families: Family[] = []
  readonly accessTokens = new Map<string, { expiresAtMs: number; family: Family }>()
  user = {
    id: 'u1',
    display_name: 'Josiah Carberry' as string | null,
    provider: 'orcid',
    external_id: '0000-0002-1825-0097',
    roles: ['admin'],
  }
  url = ''
  readonly #options: FakeNodeOptions
  readonly #server = createServer((request, response) => void this.#answer(request, response))
  readonly #dictated = new Map<Route, RawAnswer[]>()
  readonly #always = new Map<Route, RawAnswer>()
  #decision: 'pending' | 'approved' | 'denied' | 'expired' = 'pending'
  #polls = 0
  #slowDowns = 0
  #drops = 0
  #delayMs = 0
  #losesTokenResponse = false
  #losesRefreshResponse = false
  #consumed = false

  constructor(options: FakeNodeOptions = {}) {
    this.#options = options
    if (options.displayName) this.user.display_name = options.displayName
  }

  async listen(): Promise<this> {
    await new Promise<void>((done) => this.#server.listen(0, '127.0.0.1', done))
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
    return this
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise<void>((done) => this.#server.close(() => done()))
  }

  /** The requests to one route, in order. */
  seen(route: Route): SeenRequest[] {
    return this.requests.filter((request) => request.path === paths[route])
  }

  approve(): void {
    this.#decision = 'approved'
  }
  deny(): void {
    this.#decision = 'denied'
  }
  expireCode(): void {
    this.#decision = 'expired'
  }
  /** The next polls are told to slow down. */
  slowDown(times = 1): void {
    this.#slowDowns = times
  }
  /** The next requests lose their connection without an answer. */
  down(times: number): void {
    this.#drops = times
  }
  /** Each answer takes this long. */
  slow(ms: number): void {
    this.#delayMs = ms
  }
  loseTokenResponse(): void {
    this.#losesTokenResponse = true
  }
  /** The next refresh rotates, and its answer is lost. */
  loseRefreshResponse(): void {
    this.#losesRefreshResponse = true
  }
  /** Dictates the next answers of a route; the last one stays when `always`. */
  dictate(route: Route, answers: RawAnswer[], options: { always?: boolean } = {}): void {
    if (options.always && answers[0]) this.#always.set(route, answers[0])
    else this.#dictated.set(route, [...answers])
  }
  html(route: Route, status = 200): void {
    const body = '<html><title>Sign in to continue · Example Corp</title></html>'
    this.dictate(route, [{ status, headers: { 'content-type': 'text/html; charset=utf-8' }, body }], { always: true })
  }
  redirectTo(route: Route, location: string, status = 307): void {
    this.dictate(route, [{ status, headers: { location }, body: '' }], { always: true })
  }
  revokeFamilies(): void {
    for (const family of this.families) family.revoked = true
  }
  expireAccessTokens(): void {
    for (const token of this.accessTokens.values()) token.expiresAtMs = 0
  }

  /** A login that this node knows, as `credentials.json` keeps it. */
  issue(options: { expired?: boolean; expiresInSeconds?: number } = {}): {
    access_token: string
    refresh_token: string
    expires_at: number
    obtained_at: number
    user: { display_name: string | null; external_id: string }
  } {
    const family: Family = { refreshToken: secret('rt'), retired: [], revoked: false }
    this.families.push(family)
    const lifetime = options.expired ? -1 : (options.expiresInSeconds ?? 3600)
    const now = Math.floor(Date.now() / 1000)
    const accessToken = this.#newAccessToken(family, lifetime)
    const { display_name, external_id } = this.user
    return {
      access_token: accessToken,
      refresh_token: family.refreshToken,
      expires_at: now + lifetime,
      obtained_at: now - 10,
      user: { display_name, external_id },
    }
  }

  #newAccessToken(family: Family, lifetimeSeconds: number): string {
    const accessToken = secret('at')
    this.accessTokens.set(accessToken, { expiresAtMs: Date.now() + lifetimeSeconds * 1000, family })
    return accessToken
  }

  #tokens(family: Family): object {
    const expires_in = this.#options.accessTokenLifetimeSeconds ?? 900
    return {
      access_token: this.#newAccessToken(family, expires_in),
      refresh_token: family.refreshToken,
      token_type: 'Bearer',
      expires_in,
      scope: 'profile conventions:write',
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks).toString('utf8')
    const path = new URL(request.url ?? '/', this.url).pathname
    this.requests.push({ atMs: Date.now(), method: request.method ?? '', path, headers: request.headers, body })
    if (this.#delayMs > 0) await new Promise((done) => setTimeout(done, this.#delayMs))
    if (this.#drops > 0) {
      this.#drops--
      request.socket.destroy()
      return
    }
    const route = (Object.keys(paths) as Route[]).find((name) => paths[name] === path)
    const raw = route && (this.#dictated.get(route)?.shift() ?? this.#always.get(route))
    if (raw) {
      response.writeHead(raw.status, raw.headers).end(raw.body)
      return
    }
    const [status, json] = this.#reply(route, request, body)
    if (status === 0) request.socket.destroy()
    else response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json))
  }

  #reply(route: Route | undefined, request: IncomingMessage, body: string): [number, unknown] {
    if (route === 'document') return [200, this.#document()]
    if (route === 'device') return [200, this.#start()]
    if (route === 'token') return this.#poll()
    if (route === 'refresh') return this.#refresh(String(JSON.parse(body).refresh_token))
    if (route === 'logout') return this.#logout(String(JSON.parse(body).refresh_token))
    if (route === 'me') return this.#me(request.headers.authorization?.replace(/^Bearer /, '') ?? '')
    return [404, { detail: 'Not Found' }]
  }

  #document(): object {
    const refresh_reuse_grace_seconds = this.#options.refreshReuseGraceSeconds ?? 30
    const api = `${this.url}/api/v1`
    return {
      name: 'Fake archive',
      version: '0.0.0',
      issuer: this.url,
      api,
      trpc: `${this.url}/trpc`,
      refresh_reuse_grace_seconds,
    }
  }

  #start(): object {
    this.#polls = 0
    this.#consumed = false
    return {
      device_code: secret('dc'),
      user_code: 'BCDF-GHJK',
      verification_uri: `${this.url}/device`,
      verification_uri_complete: `${this.url}/device?user_code=BCDF-GHJK`,
      expires_in: this.#options.deviceCodeLifetimeSeconds ?? 900,
      interval: this.#options.intervalSeconds ?? 1,
    }
  }

  #poll(): [number, unknown] {
    this.#polls++
    const refuse = (error: string): [number, unknown] => [400, { error, error_description: 'As scripted.' }]
    if (this.#slowDowns > 0) {
      this.#slowDowns--
      return refuse('slow_down')
    }
    if (this.#decision === 'denied') return refuse('access_denied')
    if (this.#decision === 'expired') return refuse('expired_token')
    if (this.#consumed) return refuse('invalid_grant')
    const isApproved =
      this.#decision === 'approved' || this.#polls >= (this.#options.approveAtPoll ?? Number.POSITIVE_INFINITY)
    if (!isApproved) return refuse('authorization_pending')
    this.#consumed = true
    const family: Family = { refreshToken: secret('rt'), retired: [], revoked: false }
    this.families.push(family)
    const tokens = this.#tokens(family)
    return this.#losesTokenResponse ? [0, null] : [200, tokens]
  }

  #refresh(presented: string): [number, unknown] {
    const refuse = (code: string): [number, unknown] => [401, { detail: { code, message: 'As scripted.' } }]
    const graceMs = (this.#options.refreshReuseGraceSeconds ?? 30) * 1000
    const family = this.families.find(
      (one) => one.refreshToken === presented || one.retired.some((old) => old.refreshToken === presented),
    )
    if (!family) return refuse('invalid_refresh_token')
    if (family.revoked) return refuse('token_family_revoked')
    if (family.refreshToken === presented) {
      const successor = secret('rt')
      family.retired.push({ refreshToken: presented, successor, atMs: Date.now() })
      family.refreshToken = successor
    } else {
      const old = family.retired.find((one) => one.refreshToken === presented)
      const isRepeat = old?.successor === family.refreshToken && Date.now() - old.atMs <= graceMs
      if (!isRepeat) {
        family.revoked = true
        return refuse('token_family_revoked')
      }
    }
    const tokens = this.#tokens(family)
    if (!this.#losesRefreshResponse) return [200, tokens]
    this.#losesRefreshResponse = false
    return [0, null]
  }

  #logout(presented: string): [number, unknown] {
    for (const family of this.families) if (family.refreshToken === presented) family.revoked = true
    return [200, { success: true }]
  }

  #me(accessToken: string): [number, unknown] {
    const refuse = (code: string): [number, unknown] => [401, { detail: { code, message: 'As scripted.' } }]
    const token = this.accessTokens.get(accessToken)
    if (!token) return refuse('invalid_token')
    return token.expiresAtMs > Date.now() ? [200, this.user] : refuse('token_expired')
  }
}

/** Starts a fake node on a free loopback port; dispose it with `await using`. */
export const startFakeNode = (options: FakeNodeOptions = {}): Promise<FakeNode> => new FakeNode(options).listen()
