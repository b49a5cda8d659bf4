/**
 * A scripted node for tests: the typed wire with rotation, grace and family revocation, and switches for everything that can go wrong.
 * It time-stamps each request, except the watches, which come beside the polls at any time. It knows no person: approval is a method call.
 * A suite of calls in the repository's end-to-end tests holds it to what a real node does.
 */

import { createHash, randomBytes } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { withSignal } from '../signal.ts'
import { createFakeConventions, type FakeConvention } from './fake-conventions.ts'
import {
  answerProcedures,
  type FakeProcedure,
  FakeRefusal,
  LostAnswer,
  type ScriptedProcedure,
} from './fake-procedures.ts'

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

/** How a fake node behaves from the start. */
export interface FakeOsaServerOptions {
  intervalSeconds?: number
  deviceCodeLifetimeSeconds?: number
  /** Seconds that an access token lasts: 900, and 3600 of a login that `issue` makes. */
  accessTtl?: number
  refreshReuseGraceSeconds?: number
  displayName?: string
  /** What it says of itself in its server document, beside or instead of the usual. */
  about?: Readonly<Record<string, unknown>>
  /** Approves each login by itself at this poll; never when absent. */
  approveAtPoll?: number
  /** What tRPC procedures answer, by path, instead of what they would. */
  procedures?: Readonly<Record<string, ScriptedProcedure>>
}

interface Family {
  refreshToken: string
  retired: { refreshToken: string; successor: string; atMs: number }[]
  revoked: boolean
}

/** Requests that tests tell apart: by the procedure that all their calls are of, or by their path. */
const procedures = {
  device: 'device.start',
  token: 'device.token',
  refresh: 'session.refresh',
  logout: 'session.end',
  sessions: 'session.list',
  endSession: 'session.revoke',
  deploy: 'conventions.deploy',
  me: 'me',
  info: 'server.info',
} as const
const documentPath = '/.well-known/osa'
/** `trpc`: all other procedures and every mixed batch, and also `me` and `info`. */
type Route = keyof typeof procedures | 'document' | 'trpc'
const routes = [...(Object.keys(procedures) as (keyof typeof procedures)[]), 'document', 'trpc'] as const

const proceduresOf = (path: string): string[] | null =>
  path.startsWith('/trpc/') ? decodeURIComponent(path.slice('/trpc/'.length)).split(',') : null

/** The routes of a request, the closest first. */
function routesOf(path: string): Route[] {
  if (path === documentPath) return ['document']
  const called = proceduresOf(path)
  if (!called) return []
  const named = routes.find((route) => called.every((one) => one === (procedures as Record<string, string>)[route]))
  if (!named) return ['trpc']
  return named === 'me' || named === 'info' || named === 'sessions' ? [named, 'trpc'] : [named]
}

const userCode = 'BCDF-GHJK'

const refuse = (error: string): object => ({ error, error_description: 'As scripted.' })

const sha256 = (text: string): string => createHash('sha256').update(text).digest('base64url')

const toFetch = (
  origin: string,
  { url = '/', method = 'GET', headers }: IncomingMessage,
  body: string,
  signal: AbortSignal,
) =>
  new Request(new URL(url, origin), {
    method,
    headers: new Headers(Object.entries(headers).map(([name, value]) => [name, String(value)])),
    signal,
    ...(method === 'GET' || method === 'HEAD' ? {} : { body }),
  })

const secret = (prefix: string): string => `${prefix}_${randomBytes(24).toString('base64url')}`

/** A node that a test scripts: the tRPC wire, and switches for what goes wrong. `fakeOsaServer` makes one that listens. */
export class FakeOsaServer implements AsyncDisposable {
  readonly requests: SeenRequest[] = []
  readonly families: Family[] = []
  /** What each refresh so far called itself. */
  readonly attempts: (string | null)[] = []
  readonly accessTokens = new Map<string, { expiresAtMs: number; family: Family }>()
  user = {
    id: 'u1',
    display_name: 'Josiah Carberry' as string | null,
    provider: 'orcid',
    external_id: '0000-0002-1825-0097',
    roles: ['admin'],
  }
  url = ''
  readonly #options: FakeOsaServerOptions
  readonly #server = createServer((request, response) => void this.#answer(request, response))
  readonly #dictated = new Map<Route, RawAnswer[]>()
  readonly #standing = new Map<Route, RawAnswer>()
  #decision: 'pending' | 'approved' | 'denied' | 'expired' = 'pending'
  readonly #decided = new EventEmitter()
  /** SHA-256 of the device codes it has handed out. */
  readonly #deviceCodes = new Set<string>()
  #wrongGuesses = 0
  #polls = 0
  #slowDowns = 0
  #drops = 0
  #delayMs = 0
  #losesTokenResponse = false
  #skewSeconds = 0
  #graceMs: number | null = null
  #losesRefreshResponse = false
  #losesDeployResponses = 0
  readonly #conventions = createFakeConventions()
  #consumed = false

  constructor(options: FakeOsaServerOptions = {}) {
    this.#options = options
    if (options.displayName) this.user.display_name = options.displayName
  }

  /** Listens on a free port of 127.0.0.1; `url` is its address then. */
  async listen(): Promise<this> {
    await new Promise<void>((done) => this.#server.listen(0, '127.0.0.1', done))
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
    return this
  }

  /** Stops listening; open connections are cut. */
  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise<void>((done) => this.#server.close(() => done()))
  }

  /** The same as `close`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** The requests to one route, in order. */
  seen(route: Route): SeenRequest[] {
    return this.requests.filter((request) => routesOf(request.path).includes(route))
  }

  /** The person says yes: the next poll gets tokens. */
  approve(): void {
    this.#decide('approved')
  }
  /** The person says no. */
  deny(): void {
    this.#decide('denied')
  }
  /** The code is too old. */
  expireCode(): void {
    this.#decide('expired')
  }
  #decide(decision: 'approved' | 'denied' | 'expired'): void {
    this.#decision = decision
    this.#decided.emit('decided')
  }
  /** The next polls are told to slow down. */
  slowDown(times = 1): void {
    this.#slowDowns = times
  }
  /** The next requests lose their connection without an answer; all of them, when nobody says how many. */
  down(times = Number.POSITIVE_INFINITY): void {
    this.#drops = times
  }
  /** Each answer takes this long. */
  slow(ms: number): void {
    this.#delayMs = ms
  }
  /** The poll that redeems the code is answered by a broken connection. */
  loseTokenResponse(): void {
    this.#losesTokenResponse = true
  }
  /** The next refresh rotates, and its answer is lost. */
  loseRefreshResponse(): void {
    this.#losesRefreshResponse = true
  }
  /** Dictates the next answers of a route; the last one stays when `always`. */
  dictate(route: Route, answers: RawAnswer[], options: { always?: boolean } = {}): void {
    if (options.always && answers[0]) this.#standing.set(route, answers[0])
    else this.#dictated.set(route, [...answers])
  }
  /** A route, or every route, answers with a web page from now on. */
  html(route?: Route, status = 200): void {
    const body = '<html><title>Sign in to continue · Example Corp</title></html>'
    this.#always({ status, headers: { 'content-type': 'text/html; charset=utf-8' }, body }, route)
  }
  /** A route, or every route, redirects from now on. */
  redirectTo(location: string, route?: Route, status = 307): void {
    this.#always({ status, headers: { location }, body: '' }, route)
  }
  #always(answer: RawAnswer, route?: Route): void {
    for (const each of route ? [route] : routes) this.dictate(each, [answer], { always: true })
  }
  /** The next deploys register, and their answers are lost. */
  loseDeployResponses(times = 1): void {
    this.#losesDeployResponses = times
  }
  /** What was deployed, in the order of first deploys. */
  get conventions(): readonly FakeConvention[] {
    return this.#conventions.all()
  }
  /** The node's clock, as its `Date` headers show it, is ahead by this much. */
  clockSkew(seconds: number): void {
    this.#skewSeconds = seconds
  }
  /** For how long a repeated refresh gets the same answer, from now on. */
  reuseGrace(ms: number): void {
    this.#graceMs = ms
  }
  /** How many requests each route has had. */
  get calls(): Readonly<Record<Route, number>> {
    const counts = routes.map((route) => [route, this.seen(route).length])
    return Object.fromEntries(counts) as Record<Route, number>
  }
  /** Every session is ended: refreshes are refused. */
  revokeFamily(): void {
    for (const family of this.families) family.revoked = true
  }
  /** Every access token is too old from now on. */
  expireAccess(): void {
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
    const lifetime = options.expired ? -1 : (options.expiresInSeconds ?? this.#options.accessTtl ?? 3600)
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
    const expires_in = this.#options.accessTtl ?? 900
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
    if (path === '/trpc/device.watch') return await this.#reply(path, request, body, response)
    this.requests.push({ atMs: Date.now(), method: request.method ?? '', path, headers: request.headers, body })
    if (this.#delayMs > 0) await new Promise((done) => setTimeout(done, this.#delayMs))
    if (this.#drops > 0) {
      this.#drops--
      request.socket.destroy()
      return
    }
    if (this.#skewSeconds !== 0)
      response.setHeader('date', new Date(Date.now() + this.#skewSeconds * 1000).toUTCString())
    const raw = this.#scripted(routesOf(path))
    if (raw) {
      response.writeHead(raw.status, raw.headers).end(raw.body)
      return
    }
    await this.#reply(path, request, body, response)
  }

  #scripted(at: readonly Route[]): RawAnswer | undefined {
    for (const route of at) {
      const raw = this.#dictated.get(route)?.shift() ?? this.#standing.get(route)
      if (raw) return raw
    }
    return undefined
  }

  async #reply(path: string, request: IncomingMessage, body: string, response: ServerResponse): Promise<void> {
    const gone = new AbortController()
    response.once('close', () => gone.abort())
    try {
      const {
        status,
        headers,
        body: answer,
      } = await this.#answerOf(path, toFetch(this.url, request, body, gone.signal))
      response.writeHead(status, Object.fromEntries(headers))
      for await (const chunk of answer ?? []) response.write(chunk)
      response.end()
    } catch (error) {
      if (!(error instanceof LostAnswer) && !gone.signal.aborted) throw error
      request.socket.destroy()
    }
  }

  async #answerOf(path: string, request: Request): Promise<Response> {
    if (path === documentPath) return Response.json(this.#document())
    if (!proceduresOf(path)) return Response.json({ detail: 'Nothing is here.' }, { status: 404 })
    const accessToken = request.headers.get('authorization')?.replace(/^Bearer /, '') ?? null
    const procedures = { ...this.#procedures(accessToken), ...this.#options.procedures }
    return await answerProcedures(request, this.#tokenError(accessToken), procedures)
  }

  #procedures(accessToken: string | null): Readonly<Record<string, ScriptedProcedure>> {
    const open = (answer: (input: never, signal: AbortSignal | undefined) => unknown): ScriptedProcedure => ({
      isPublic: true,
      answer: answer as FakeProcedure,
    })
    const family = this.accessTokens.get(accessToken ?? '')?.family
    return {
      me: () => this.user,
      'server.info': open(() => this.#document()),
      'device.start': open(() => this.#start()),
      'device.verify': open(({ user_code }: { user_code: string }) => this.#verify(user_code)),
      'device.token': open(({ device_code }: { device_code: string }) => this.#poll(device_code)),
      'device.watch': open(({ device_code_hash }: { device_code_hash: string }, signal) =>
        this.#watch(device_code_hash, signal),
      ),
      'session.refresh': open(({ refresh_token, attempt }: { refresh_token: string; attempt?: string }) => {
        this.attempts.push(attempt ?? null)
        return this.#refresh(refresh_token)
      }),
      'session.end': open(({ refresh_token }: { refresh_token: string }) => this.#end(refresh_token)),
      'session.list': () => this.#sessions(family),
      'session.revoke': (input) => this.#revoke((input as { session_id: string }).session_id),
      'conventions.list': open(() => this.#conventions.list()),
      'conventions.get': open((input: { slug: string; version?: number }) => {
        const found = this.#conventions.get(input)
        if (!found) throw new FakeRefusal('NOT_FOUND', 404, 'There is no such convention.')
        return found
      }),
      'conventions.deploy': (input) => this.#deploy(input as { conventions: Record<string, unknown>[] }),
    }
  }

  /** What is wrong with an access token, in a node's words; null when nothing is. */
  #tokenError(accessToken: string | null): string | null {
    if (accessToken === null) return 'missing_token'
    const token = this.accessTokens.get(accessToken)
    if (!token || token.family.revoked) return 'invalid_token'
    return token.expiresAtMs > Date.now() ? null : 'token_expired'
  }

  #deploy({ conventions }: { conventions: Record<string, unknown>[] }): object {
    const outcome = { conventions: this.#conventions.deploy(conventions) }
    if (this.#losesDeployResponses === 0) return outcome
    this.#losesDeployResponses--
    throw new LostAnswer()
  }

  #reuseGraceMs(): number {
    return this.#graceMs ?? (this.#options.refreshReuseGraceSeconds ?? 30) * 1000
  }

  #document(): object {
    const refresh_reuse_grace_seconds = this.#reuseGraceMs() / 1000
    return {
      name: 'Fake archive',
      version: '0.0.0',
      issuer: this.url,
      api: `${this.url}/api`,
      trpc: `${this.url}/trpc`,
      refresh_reuse_grace_seconds,
      ...this.#options.about,
    }
  }

  #start(): object {
    this.#polls = 0
    this.#consumed = false
    const device_code = secret('dc')
    this.#deviceCodes.add(sha256(device_code))
    return {
      device_code,
      user_code: userCode,
      verification_uri: `${this.url}/device`,
      verification_uri_complete: `${this.url}/device?user_code=${userCode}`,
      expires_in: this.#options.deviceCodeLifetimeSeconds ?? 900,
      interval: this.#options.intervalSeconds ?? 1,
    }
  }

  /** A code that was dictated in an answer is known too. */
  #knows(deviceCodeHash: string): boolean {
    return this.#deviceCodes.size === 0 || this.#deviceCodes.has(deviceCodeHash)
  }

  /** A person's code, however it is written; ten wrong ones are the last. */
  #verify(typed: string): object {
    if (this.#wrongGuesses >= 10) throw new FakeRefusal('TOO_MANY_REQUESTS', 429, 'Too many codes were tried.')
    const isRight = typed.toUpperCase().replaceAll(/[\s-]/g, '') === userCode.replace('-', '')
    if (isRight && this.#deviceCodes.size > 0 && this.#decision === 'pending' && !this.#consumed) {
      const continue_uri = `${this.url}/device?user_code=${userCode}`
      const expires_in = this.#options.deviceCodeLifetimeSeconds ?? 900
      return { client_name: 'OSA command line', scope: 'profile conventions:write', expires_in, continue_uri }
    }
    this.#wrongGuesses++
    throw new FakeRefusal('NOT_FOUND', 404, 'This code cannot be used.')
  }

  /** Says once that a decision has fallen. */
  async *#watch(deviceCodeHash: string, signal: AbortSignal | undefined): AsyncGenerator<object, void> {
    if (!this.#knows(deviceCodeHash) || this.#consumed) return yield refuse('invalid_grant')
    try {
      if (this.#decision === 'pending') await once(this.#decided, 'decided', withSignal(signal))
    } catch (error) {
      if (signal?.aborted) return
      throw error
    }
    yield { status: 'decided' }
  }

  #poll(deviceCode: string): object {
    if (!this.#knows(sha256(deviceCode))) return refuse('invalid_grant')
    this.#polls++
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
    if (this.#losesTokenResponse) throw new LostAnswer()
    return this.#tokens(family)
  }

  #refresh(presented: string): object {
    const ended = (reason: string): object => ({ ...refuse('invalid_grant'), reason })
    const graceMs = this.#reuseGraceMs()
    const family = this.families.find(
      (one) => one.refreshToken === presented || one.retired.some((old) => old.refreshToken === presented),
    )
    if (!family) return ended('unknown')
    if (family.revoked) return ended('revoked')
    if (family.refreshToken === presented) {
      const successor = secret('rt')
      family.retired.push({ refreshToken: presented, successor, atMs: Date.now() })
      family.refreshToken = successor
    } else {
      const old = family.retired.find((one) => one.refreshToken === presented)
      const isRepeat = old?.successor === family.refreshToken && Date.now() - old.atMs <= graceMs
      if (!isRepeat) {
        family.revoked = true
        return ended('revoked')
      }
    }
    const tokens = this.#tokens(family)
    if (!this.#losesRefreshResponse) return tokens
    this.#losesRefreshResponse = false
    throw new LostAnswer()
  }

  #end(presented: string): object {
    for (const family of this.families) if (family.refreshToken === presented) family.revoked = true
    return { ended: true }
  }

  /** The id of a family, as a node would show it. */
  sessionId(family: Family): string {
    return `0000000${this.families.indexOf(family)}-0000-4000-8000-000000000000`
  }

  #sessions(own: Family | undefined): object[] {
    const at = new Date(Date.now() - 7_200_000)
    return this.families
      .filter((family) => !family.revoked)
      .map((family, index) => ({
        id: this.sessionId(family),
        client_id: 'osa-cli',
        client_name: 'OSA command line',
        device_name: `laptop ${index}`,
        scope: 'profile',
        ip: '127.0.0.1',
        created_at: at,
        last_used_at: at,
        expires_at: new Date(Date.now() + 30 * 86_400_000),
        current: family === own,
        approval: 'typed',
      }))
  }

  #revoke(id: string): object {
    const family = this.families.find((one) => this.sessionId(one) === id && !one.revoked)
    if (!family) throw new FakeRefusal('NOT_FOUND', 404, 'There is no such session.')
    family.revoked = true
    return { revoked: true }
  }
}

/** Starts a fake node on a free loopback port; dispose it with `await using`. */
export const fakeOsaServer = (options: FakeOsaServerOptions = {}): Promise<FakeOsaServer> =>
  new FakeOsaServer(options).listen()
