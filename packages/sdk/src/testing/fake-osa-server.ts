/**
 * A scripted node for tests: the tRPC wire with rotation, grace and reuse detection, and methods that make things go wrong. It records each
 * request with its time, except watches, which may come at any time. There is no person: a test approves with a method call. An end-to-end test
 * in the repository compares its answers with those of a real node.
 */

import { createFakeConventions, type FakeConvention } from './fake-conventions.ts'
import { FakeDeviceFlow } from './fake-device-flow.ts'
import { FakeHttp, LostAnswer, type RawAnswer, type SeenRequest } from './fake-http.ts'
import { proceduresOn } from './fake-procedure-table.ts'
import { answerProcedures, type ScriptedProcedure } from './fake-procedures.ts'
import { documentPath, proceduresOf, type Route, routes, routesOf } from './fake-routes.ts'
import { FakeSessions, type Family } from './fake-sessions.ts'

/** The settings of a fake node. */
export interface FakeOsaServerOptions {
  /** The poll interval of a device login. 1 by default. */
  intervalSeconds?: number
  /** How long a device code is valid. 900 by default. */
  deviceCodeLifetimeSeconds?: number
  /** How long access tokens are valid, in seconds. By default 900, and 3600 for a login that `issue` creates. */
  accessTtl?: number
  /** How long a repeated refresh gets the same answer. 30 by default. */
  refreshReuseGraceSeconds?: number
  /** The display name of the signed-in person. */
  displayName?: string
  /** Fields of the server document, in addition to the defaults or instead of them. */
  about?: Readonly<Record<string, unknown>>
  /** Approves each login automatically at this poll: 1 for the first. If absent, never does. */
  approveAtPoll?: number
  /** Procedures by path, such as `conventions.list`, that replace the built-in ones. */
  procedures?: Readonly<Record<string, ScriptedProcedure>>
}

/** A scripted node: the tRPC wire, and methods that make things go wrong. Use `fakeOsaServer` to start one. */
export class FakeOsaServer implements AsyncDisposable {
  /** The `attempt` of each refresh so far; null for refreshes without one. */
  readonly attempts: (string | null)[] = []
  /** The signed-in person, as `me` returns it. */
  user = {
    id: 'u1',
    display_name: 'Josiah Carberry' as string | null,
    provider: 'orcid',
    external_id: '0000-0002-1825-0097',
    roles: ['admin'],
  }
  /** The node's address, once it listens. */
  url = ''
  readonly #options: FakeOsaServerOptions
  readonly #http = new FakeHttp((path, request) => this.#answerOf(path, request))
  #graceMs: number | null = null
  #losesDeployResponses = 0
  readonly #conventions = createFakeConventions()
  readonly #sessions: FakeSessions
  readonly #flow: FakeDeviceFlow

  constructor(options: FakeOsaServerOptions = {}) {
    this.#options = options
    this.#sessions = new FakeSessions({ accessTtl: options.accessTtl, reuseGraceMs: () => this.#reuseGraceMs() })
    this.#flow = new FakeDeviceFlow(options, this.#sessions)
    if (options.displayName) this.user.display_name = options.displayName
  }

  /** All requests so far, except watches. */
  get requests(): readonly SeenRequest[] {
    return this.#http.requests
  }
  /** All sessions so far, including ended ones. */
  get families(): readonly Family[] {
    return this.#sessions.families
  }
  /** All access tokens so far. */
  get accessTokens(): ReadonlyMap<string, { expiresAtMs: number; family: Family }> {
    return this.#sessions.accessTokens
  }
  /** Returns the id of a session, as `session.list` shows it. */
  sessionId(family: Family): string {
    return this.#sessions.idOf(family)
  }

  /** Starts listening on a free port of 127.0.0.1 and sets `url`. */
  async listen(): Promise<this> {
    this.url = await this.#http.listen()
    return this
  }

  /** Stops listening and closes open connections. */
  close(): Promise<void> {
    return this.#http.close()
  }

  /** Calls `close`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** Returns the requests to a route, in order. */
  seen(route: Route): SeenRequest[] {
    return this.requests.filter((request) => routesOf(request.path).includes(route))
  }

  /** Approves the login: the next poll gets tokens. */
  approve(): void {
    this.#flow.decide('approved')
  }
  /** Denies the login. */
  deny(): void {
    this.#flow.decide('denied')
  }
  /** Expires the code of the login. */
  expireCode(): void {
    this.#flow.decide('expired')
  }
  /** Answers the next polls with `slow_down`. */
  slowDown(times = 1): void {
    this.#flow.slowDowns = times
  }
  /** Breaks the connection of the next requests, without an answer; of all requests by default. */
  down(times = Number.POSITIVE_INFINITY): void {
    this.#http.drops = times
  }
  /** Delays each answer by this many milliseconds. */
  slow(ms: number): void {
    this.#http.delayMs = ms
  }
  /** Breaks the connection instead of answering the poll that redeems the code. */
  loseTokenResponse(): void {
    this.#flow.losesTokens = true
  }
  /** Carries out the next refresh, but breaks the connection instead of answering. */
  loseRefreshResponse(): void {
    this.#sessions.losesNextRefresh = true
  }
  /** Sets the next answers of a route. With `always`, the first one is used for all requests from now on. */
  dictate(route: Route, answers: RawAnswer[], options: { always?: boolean } = {}): void {
    this.#http.dictate(route, answers, options)
  }
  /** Answers a route, or all routes, with a web page from now on. */
  html(route?: Route, status = 200): void {
    const body = '<html><title>Sign in to continue · Example Corp</title></html>'
    this.#always({ status, headers: { 'content-type': 'text/html; charset=utf-8' }, body }, route)
  }
  /** Redirects a route, or all routes, from now on. */
  redirectTo(location: string, route?: Route, status = 307): void {
    this.#always({ status, headers: { location }, body: '' }, route)
  }
  #always(answer: RawAnswer, route?: Route): void {
    for (const each of route ? [route] : routes) this.dictate(each, [answer], { always: true })
  }
  /** Carries out the next deploys, but breaks the connection instead of answering. */
  loseDeployResponses(times = 1): void {
    this.#losesDeployResponses = times
  }
  /** The deployed conventions, in the order of their first deploy. */
  get conventions(): readonly FakeConvention[] {
    return this.#conventions.all()
  }
  /** Sets the `Date` headers ahead by this many seconds. */
  clockSkew(seconds: number): void {
    this.#http.skewSeconds = seconds
  }
  /** Sets how long a repeated refresh gets the same answer, in milliseconds. */
  reuseGrace(ms: number): void {
    this.#graceMs = ms
  }
  /** The number of requests to each route so far. */
  get calls(): Readonly<Record<Route, number>> {
    const counts = routes.map((route) => [route, this.seen(route).length])
    return Object.fromEntries(counts) as Record<Route, number>
  }
  /** Ends all sessions: refreshes are refused. */
  revokeFamily(): void {
    for (const family of this.families) family.revoked = true
  }
  /** Expires all access tokens. */
  expireAccess(): void {
    for (const token of this.accessTokens.values()) token.expiresAtMs = 0
  }

  /** Creates a session and returns its login in the format of `credentials.json`, for `memoryStore`. */
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

/** Starts a fake node on a free port of 127.0.0.1. Stop it with `await using` or `close`. */
export const fakeOsaServer = (options: FakeOsaServerOptions = {}): Promise<FakeOsaServer> =>
  new FakeOsaServer(options).listen()
