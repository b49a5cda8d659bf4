/** The composition root: from a configuration to a running node, and back to nothing. */
import { randomBytes } from 'node:crypto'
import { createAuth, defaultPolicy, deriveKeys } from '@osa/core'
import { isDatabaseUnavailable, openDatabase } from '@osa/db'
import type { Hono } from 'hono'
import packageJson from '../package.json' with { type: 'json' }
import { startAdminServer } from './admin-server.ts'
import { createApp } from './app.ts'
import type { Config } from './config/config.ts'
import { createRoleGrants } from './config/role-grants.ts'
import { keptSecret } from './config/secret-file.ts'
import { type HttpServer, listen } from './http-server.ts'
import { createIdentityProviders } from './identity/providers.ts'
import type { Logger } from './log.ts'
import { createMetrics } from './metrics.ts'
import { createLimiter, sweepRateLimits } from './rate-limit.ts'
import type { NodeEnv } from './requester.ts'
import { startSweeping } from './sweep.ts'

/** What pages and `/.well-known/osa` call a node. */
const serverName = 'Open Science Archive'
/** How long requests in flight may take when the node stops; well within the 15 s that a supervisor waits. */
const shutdownGraceMs = 10_000

export interface RunningNode {
  readonly publicUrl: URL
  readonly signIn: readonly string[]
  readonly adminPort: number | null
  /** Finishes what is in flight, then closes the database (J14). */
  stop(): Promise<void>
}

/** Starts everything; rejects with the first thing that cannot be had, after letting go of the rest. */
export const startNode = async (options: {
  config: Config
  log: Logger
  routineLogLevel: 'info' | 'debug'
}): Promise<RunningNode> => {
  const { config, log } = options
  await using started = new AsyncDisposableStack()
  const database = started.adopt(
    await openDatabase({ ...config.database, log: (line) => log[options.routineLogLevel](line) }),
    ({ close }) => close(),
  )
  let app: Hono<NodeEnv> | null = null
  const metrics = createMetrics({ processMetrics: true })
  const server = started.adopt(
    // the port has to be known before the app can say its own address
    await listen({ ...config, fetch: (request, env) => app?.fetch(request, env) ?? startingUp() }),
    closeServer,
  )
  const publicUrl = config.publicUrl ?? new URL(`http://localhost:${server.port}`)
  const parts = createParts(options, { database, publicUrl })
  app = createApp({ ...options, ...parts, metrics, publicUrl, trustedProxies: config.trustedProxies, serverName })
  const admin = config.adminListener
    ? started.adopt(await startAdminServer(metrics, config.adminListener), closeServer)
    : null
  const now = () => new Date()
  const sweepLimits = (at: Date) => sweepRateLimits(database.query, at)
  const { store } = database
  const sweepPolicy = { ...parts.policy, auditRetentionDays: config.auditRetentionDays }
  started.adopt(startSweeping({ store, sweepRateLimits: sweepLimits, policy: sweepPolicy, now, log }), ({ stop }) =>
    stop(),
  )
  const running = started.move()
  return {
    publicUrl,
    signIn: parts.auth.identityProviders.map(({ name }) => name),
    adminPort: admin?.port ?? null,
    stop: () => running.disposeAsync(),
  }
}

const closeServer = (server: HttpServer): Promise<void> => server.close(shutdownGraceMs)

const startingUp = (): Response => new Response(null, { status: 503, headers: { 'Retry-After': '1' } })

type Database = Awaited<ReturnType<typeof openDatabase>>

/** The operations and what they stand on. */
const createParts = (
  { config }: { config: Config },
  { database, publicUrl }: { database: Database; publicUrl: URL },
) => {
  const now = () => new Date()
  const keys = deriveKeys(config.secret ?? keptSecret(config.dataDirectory, randomBytes), randomBytes)
  const { providers, development } = createIdentityProviders({ identity: config.identity, publicUrl, keys, now })
  const policy = { ...defaultPolicy, ...config.lifetimes, publicUrl: publicUrl.origin }
  const auth = createAuth({
    store: database.store,
    limiter: createLimiter(database.query),
    keys,
    policy,
    clients: config.clients,
    identityProviders: providers,
    roleGrants: createRoleGrants({
      admins: config.admins,
      developmentIssuer: development ? `${publicUrl.origin}/development` : null,
    }),
    now,
    random: randomBytes,
  })
  const { isReady } = database
  return { auth, policy, development, isReady, isUnavailable: isDatabaseUnavailable, version: packageJson.version }
}
