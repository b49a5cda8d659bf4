/** A whole node in this process: the real app and operations, with the memory store and a clock that tests advance. */
import { createHash } from 'node:crypto'
import {
  type AuthDependencies,
  type AuthPolicy,
  builtInClients,
  type Client,
  createConventions,
  defaultBudgets,
  defaultPolicy,
} from '@osa/core'
import { manualClock, memoryConventionStore, memoryLimiter, testAuth, testProvider } from '@osa/core/testing'
import type { Hono } from 'hono'
import { type AppDeps, createApp } from '../app.ts'
import { type HttpServer, listen } from '../http-server.ts'
import { createLogger, type LogLevel } from '../log.ts'
import { createMetrics } from '../metrics.ts'
import { defaultProfile } from '../profile/node-profile.ts'
import type { NodeEnv } from '../requester.ts'

/** The secret of `resource-server`, a confidential client for introspection. */
export const resourceServerSecret = 'a-secret-of-a-resource-server'

/** The built-in clients, one without the device grant, another one with it, and a confidential one. */
export const testClients: readonly Client[] = [
  ...builtInClients,
  { clientId: 'no-device', clientName: 'No device', grantTypes: ['refresh_token'], scope: ['profile'] },
  { ...builtInClients[0], clientId: 'other-tool', clientName: 'Other tool' },
  {
    clientId: 'resource-server',
    clientName: 'Resource server',
    grantTypes: ['refresh_token'],
    scope: ['profile'],
    clientSecretSha256: createHash('sha256').update(resourceServerSecret).digest('hex'),
  },
]

export interface TestNodeOptions {
  /** The public origin of a node that does not listen; a listening one has `http://localhost:<port>`. */
  publicUrl?: string
  /** Whether to listen on a free port of 127.0.0.1 too, for clients that do not accept a `fetch`. */
  listening?: boolean
  policy?: Partial<Omit<AuthPolicy, 'publicUrl'>>
  auth?: Partial<AuthDependencies>
  app?: Partial<Omit<AppDeps, 'auth' | 'policy' | 'publicUrl'>>
  logLevel?: LogLevel
  /** The start time of the clock; now by default, for clients that use the real one. */
  startAt?: Date
}

/** Starts a node; `await using` stops it. */
export async function startTestNode(options: TestNodeOptions = {}) {
  const clock = manualClock(options.startAt ?? new Date())
  const logLines: string[] = []
  const stopping = new AbortController()
  let app: Hono<NodeEnv> | null = null
  const server: HttpServer | null = options.listening
    ? await listen({ fetch: (request, env) => running(app).fetch(request, env), host: '127.0.0.1', port: 0 })
    : null
  const publicUrl = new URL(
    server ? `http://localhost:${server.port}` : (options.publicUrl ?? 'https://archive.example'),
  )
  const policy: AuthPolicy = { ...defaultPolicy, ...options.policy, publicUrl: publicUrl.origin }
  const world = testAuth({
    now: clock.now,
    startTimer: clock.startTimer,
    limiter: memoryLimiter(defaultBudgets, clock.now),
    identityProviders: [testProvider(clock.now)],
    clients: new Map(testClients.map((client) => [client.clientId, client])),
    policy,
    ...options.auth,
  })
  const metrics = createMetrics({ processMetrics: false })
  const conventions = createConventions({ ...world.deps, store: memoryConventionStore(world.deps.store) })
  const log = createLogger({
    level: options.logLevel ?? 'debug',
    destination: { write: (line) => void logLines.push(line) },
  })
  const made = createApp({
    development: null,
    trustedProxies: [],
    seesNetworks: true,
    routineLogLevel: 'info',
    metrics,
    isReady: async () => true,
    stopping: stopping.signal,
    isUnavailable: () => false,
    profile: { ...defaultProfile, name: 'Test archive' },
    version: '0.0.0',
    log,
    ...options.app,
    auth: world.auth,
    conventions,
    policy,
    publicUrl,
  })
  app = made
  return {
    ...world,
    conventions,
    metrics,
    clock,
    publicUrl: publicUrl.origin,
    log,
    /** The log so far, with one JSON document in each line. */
    logLines,
    /** Sends a request to a path of the node, as if from `peer` over TCP. */
    request: (path: string, init: RequestInit = {}, peer = '192.0.2.7'): Promise<Response> =>
      Promise.resolve(made.request(`${publicUrl.origin}${path}`, init, fromPeer(peer))),
    /** A `fetch` that reaches only this node. */
    fetch: (input: string | URL | Request, init?: RequestInit): Promise<Response> =>
      Promise.resolve(made.fetch(new Request(input, init), fromPeer('192.0.2.7'))),
    /** Enters a code, signs in as `as` and approves, like a person on the pages. */
    approve: (userCode: string, as?: string) => world.decide(userCode, 'approve', as),
    deny: (userCode: string, as?: string) => world.decide(userCode, 'deny', as),
    async [Symbol.asyncDispose]() {
      stopping.abort()
      await server?.close(1_000)
    },
  }
}

export type TestNode = Awaited<ReturnType<typeof startTestNode>>

function running(app: Hono<NodeEnv> | null): Hono<NodeEnv> {
  if (!app) throw new Error('the node has not started yet')
  return app
}

/** The only thing that the app reads from a socket besides bodies. */
const fromPeer = (remoteAddress: string) => ({ remoteAddress })
