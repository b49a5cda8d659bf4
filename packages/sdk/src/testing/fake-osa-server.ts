/**
 * A scripted node for tests: the typed wire with rotation, grace and family revocation, and switches for everything that can go wrong.
 * It time-stamps each request, except the watches, which come beside the polls at any time. It knows no person: approval is a method call.
 * A suite of calls in the repository's end-to-end tests holds it to what a real node does.
 */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { DictatedAnswers, type RawAnswer } from './fake-answers.ts'
import { createFakeConventions, type FakeConvention } from './fake-conventions.ts'
import { FakeDeviceFlow } from './fake-device-flow.ts'
import { replyTo } from './fake-http.ts'
import { proceduresOn } from './fake-procedure-table.ts'
import { answerProcedures, LostAnswer, type ScriptedProcedure } from './fake-procedures.ts'
import { documentPath, proceduresOf, type Route, routes, routesOf } from './fake-routes.ts'
import { FakeSessions, type Family } from './fake-sessions.ts'

/** A request as it arrived. */
export interface SeenRequest {
  readonly atMs: number
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
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

/** A node that a test scripts: the tRPC wire, and switches for what goes wrong. `fakeOsaServer` makes one that listens. */
export class FakeOsaServer implements AsyncDisposable {
  readonly requests: SeenRequest[] = []
  /** What each refresh so far called itself. */
  readonly attempts: (string | null)[] = []
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
  #drops = 0
  #delayMs = 0
  #skewSeconds = 0
  #graceMs: number | null = null
  #losesDeployResponses = 0
  readonly #dictated = new DictatedAnswers()
  readonly #conventions = createFakeConventions()
  readonly #sessions: FakeSessions
  readonly #flow: FakeDeviceFlow

  constructor(options: FakeOsaServerOptions = {}) {
    this.#options = options
    this.#sessions = new FakeSessions({ accessTtl: options.accessTtl, reuseGraceMs: () => this.#reuseGraceMs() })
    this.#flow = new FakeDeviceFlow(options, this.#sessions)
    if (options.displayName) this.user.display_name = options.displayName
  }

  /** The sessions that it has begun, also those that have ended. */
  get families(): readonly Family[] {
    return this.#sessions.families
  }
  get accessTokens(): ReadonlyMap<string, { expiresAtMs: number; family: Family }> {
    return this.#sessions.accessTokens
  }
  /** The id of a session, as a node would show it. */
  sessionId(family: Family): string {
    return this.#sessions.idOf(family)
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
    this.#flow.decide('approved')
  }
  /** The person says no. */
  deny(): void {
    this.#flow.decide('denied')
  }
  /** The code is too old. */
  expireCode(): void {
    this.#flow.decide('expired')
  }
  /** The next polls are told to slow down. */
  slowDown(times = 1): void {
    this.#flow.slowDowns = times
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
    this.#flow.losesTokens = true
  }
  /** The next refresh rotates, and its answer is lost. */
  loseRefreshResponse(): void {
    this.#sessions.losesNextRefresh = true
  }
  /** Dictates the next answers of a route; the last one stays when `always`. */
  dictate(route: Route, answers: RawAnswer[], options: { always?: boolean } = {}): void {
    this.#dictated.dictate(route, answers, options)
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
    const family = this.#sessions.begin()
    const lifetime = options.expired ? -1 : (options.expiresInSeconds ?? this.#options.accessTtl ?? 3600)
    const now = Math.floor(Date.now() / 1000)
    const accessToken = this.#sessions.newAccessToken(family, lifetime)
    const { display_name, external_id } = this.user
    return {
      access_token: accessToken,
      refresh_token: family.refreshToken,
      expires_at: now + lifetime,
      obtained_at: now - 10,
      user: { display_name, external_id },
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks).toString('utf8')
    const path = new URL(request.url ?? '/', this.url).pathname
    const reply = () => replyTo({ request, response, body }, this.url, (asked) => this.#answerOf(path, asked))
    if (path === '/trpc/device.watch') return await reply()
    this.requests.push({ atMs: Date.now(), method: request.method ?? '', path, headers: request.headers, body })
    if (this.#delayMs > 0) await new Promise((done) => setTimeout(done, this.#delayMs))
    if (this.#drops > 0) {
      this.#drops--
      request.socket.destroy()
      return
    }
    if (this.#skewSeconds !== 0)
      response.setHeader('date', new Date(Date.now() + this.#skewSeconds * 1000).toUTCString())
    const raw = this.#dictated.next(routesOf(path))
    if (raw) {
      response.writeHead(raw.status, raw.headers).end(raw.body)
      return
    }
    await reply()
  }

  async #answerOf(path: string, request: Request): Promise<Response> {
    if (path === documentPath) return Response.json(this.#document())
    if (!proceduresOf(path)) return Response.json({ detail: 'Nothing is here.' }, { status: 404 })
    const accessToken = request.headers.get('authorization')?.replace(/^Bearer /, '') ?? null
    const procedures = {
      ...proceduresOn({
        url: this.url,
        user: this.user,
        family: this.accessTokens.get(accessToken ?? '')?.family,
        attempts: this.attempts,
        flow: this.#flow,
        sessions: this.#sessions,
        conventions: this.#conventions,
        document: () => this.#document(),
        deploy: (input) => this.#deploy(input),
      }),
      ...this.#options.procedures,
    }
    return await answerProcedures(request, this.#sessions.tokenError(accessToken), procedures)
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
}

/** Starts a fake node on a free loopback port; dispose it with `await using`. */
export const fakeOsaServer = (options: FakeOsaServerOptions = {}): Promise<FakeOsaServer> =>
  new FakeOsaServer(options).listen()
