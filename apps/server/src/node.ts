/** The composition root: starts a node from its configuration, and stops it. */
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { createAuth, createConventions, defaultPolicy, deriveKeys } from '@osa/core'
import { isDatabaseUnavailable, openDatabase } from '@osa/db'
import type { Hono } from 'hono'
import packageJson from '../package.json' with { type: 'json' }
import { startAdminServer } from './admin-server.ts'
import { createApp } from './app.ts'
import type { Config } from './config/config.ts'
import { remoteApprovalPolicy } from './config/remote-approval.ts'
import { createRoleGrants } from './config/role-grants.ts'
import { keptSecret } from './config/secret-file.ts'
import { createReadiness } from './health.ts'
import { startingUp } from './http-refusals.ts'
import { type HttpServer, listen } from './http-server.ts'
import { createIdentityProviders } from './identity/providers.ts'
import type { Logger } from './log.ts'
import { createMetrics } from './metrics.ts'
import { createNodeClock } from './node-clock.ts'
import { createLimiter, sweepRateLimits } from './rate-limit.ts'
import { isWithin, type NodeEnv } from './requester.ts'
import { startSweeping } from './sweep.ts'
import type { ExportMetrics, Tracing } from './telemetry.ts'
import { systemTimer } from './timer.ts'

/** How long requests in flight may take when the node stops. Well within the 15 s that a supervisor waits. */
const shutdownGraceMs = 10_000
/** How long the start waits for the discovery of identity providers. */
const discoveryWaitMs = 3_000

export interface RunningNode {
  readonly publicUrl: URL
  readonly signIn: readonly string[]
  readonly adminPort: number | null
  /** Reports that it is not ready, drains, finishes requests in flight, then closes the database (J14). */
  stop(): Promise<void>
}

/** Starts a node. If a part fails to start, closes the others and rejects with its error. */
export async function startNode(options: {
  config: Config
  log: Logger
  routineLogLevel: 'info' | 'debug'
  tracing: Tracing | null
  exportMetrics: ExportMetrics | null
}): Promise<RunningNode> {
  const { config, log, tracing } = options
  await using started = new AsyncDisposableStack()
  const metrics = createMetrics({ processMetrics: true })
  const exporting = options.exportMetrics?.(metrics)
  // stops last
  started.defer(async () => void (await Promise.all([tracing?.stop(), exporting?.stop()])))
  let app: Hono<NodeEnv> | null = null
  // before the database, so that nothing is created or migrated if the port is in use
  const server = await listen({
    ...config,
    isProxy: isWithin(config.trustedProxies),
    fetch: (request, env) => app?.fetch(request, env) ?? startingUp(),
  })
  // requests in flight need the database, so once it is open, the server must close before it
  let isOpen = false
  started.defer(() => (isOpen ? undefined : closeServer(server)))
  const database = started.adopt(
    await openDatabase({
      ...config.database,
      log: (line) => log[options.routineLogLevel](line),
      trace: tracing?.traceDatabase ?? null,
    }),
    ({ close }) => close(),
  )
  started.adopt(server, closeServer)
  isOpen = true
  const clock = createNodeClock(database.time, (seconds) =>
    log.warn({ seconds }, 'the clocks of the database and of this machine differ by more than a minute'),
  )
  await clock.follow()
  const publicUrl = config.publicUrl ?? new URL(`http://localhost:${server.port}`)
  const { startDiscovery, ...parts } = createParts(options, { database, publicUrl, now: clock.now })
  // refuse to start if the keys cannot be decrypted, since every sign-in would fail at its last step (L12)
  await parts.auth.publicKeys()
  const search = started.adopt(
    startDiscovery((provider, err) =>
      log.warn({ provider, err }, 'an identity provider could not be found; trying again'),
    ),
    ({ stop }) => stop(),
  )
  let isDraining = false
  const stopping = new AbortController()
  app = createApp({
    ...options,
    ...parts,
    isReady: async () => !isDraining && (await parts.isReady()),
    metrics,
    traceRequests: tracing?.traceRequests ?? null,
    publicUrl,
    trustedProxies: config.trustedProxies,
    // in production a proxy terminates TLS, so addresses of clients are known only if it is trusted
    seesNetworks: !config.production || config.trustedProxies.length > 0,
    profile: config.profile,
    stopping: stopping.signal,
  })
  const admin = config.adminListener
    ? started.adopt(await startAdminServer(metrics, config.adminListener), closeServer)
    : null
  const sweeping = startSweeping({
    ...{ store: database.store, clock, log },
    sweepRateLimits: (at) => sweepRateLimits(database.rateLimits, at),
    policy: { ...parts.policy, auditRetentionDays: config.auditRetentionDays },
  })
  started.adopt(sweeping, ({ stop }) => stop())
  // discovery usually takes a moment, and then the first person can sign in; an unreachable provider does not block the start
  await Promise.race([search.attempted, sleep(discoveryWaitMs, undefined, { ref: false })])
  // stops first: the server then waits for requests in flight, and streams would stay open for minutes
  started.defer(() => stopping.abort())
  const running = started.move()
  return {
    publicUrl,
    signIn: parts.auth.identityProviders.map(({ name }) => name),
    adminPort: admin?.port ?? null,
    async stop() {
      isDraining = true
      await sleep(config.drainSeconds * 1_000)
      await running.disposeAsync()
    },
  }
}

const closeServer = (server: HttpServer): Promise<void> => server.close(shutdownGraceMs)

type Database = Awaited<ReturnType<typeof openDatabase>>

/** Creates the operations of the node and their dependencies. */
function createParts(
  { config, log }: { config: Config; log: Logger },
  { database, publicUrl, now }: { database: Database; publicUrl: URL; now: () => Date },
) {
  const keys = deriveKeys(config.secret ?? keptSecret(config.dataDirectory, randomBytes), randomBytes)
  const { providers, development, startDiscovery } = createIdentityProviders({
    identity: config.identity,
    publicUrl,
    keys,
    now,
  })
  const policy = {
    ...{ ...defaultPolicy, ...config.lifetimes, ...config.caps, publicUrl: publicUrl.origin },
    remoteApproval: remoteApprovalPolicy(config.remoteApproval),
  }
  const shared = {
    limiter: createLimiter({ counters: database.rateLimits, budgets: config.budgets, now }),
    roleGrants: createRoleGrants({
      admins: config.admins,
      developmentIssuer: development ? `${publicUrl.origin}/development` : null,
    }),
    now,
    random: randomBytes,
  }
  const auth = createAuth({
    ...shared,
    store: database.store,
    startTimer: systemTimer(now),
    keys,
    policy,
    clients: config.clients,
    identityProviders: providers,
  })
  const conventions = createConventions({ ...shared, store: database.conventions })
  const isReady = createReadiness({ isDatabaseReady: database.isReady, auth, log })
  return {
    auth,
    conventions,
    policy,
    development,
    startDiscovery,
    isReady,
    isUnavailable: isDatabaseUnavailable,
    version: packageJson.version,
  }
}
