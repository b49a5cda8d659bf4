/** The composition root: from a configuration to a running node, and back to nothing. */
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
import { startingUp } from './http-refusals.ts'
import { type HttpServer, listen } from './http-server.ts'
import { createIdentityProviders } from './identity/providers.ts'
import type { Logger } from './log.ts'
import { createMetrics } from './metrics.ts'
import type { ExportMetrics } from './metrics-export.ts'
import { createNodeClock } from './node-clock.ts'
import { createLimiter, sweepRateLimits } from './rate-limit.ts'
import { createReadiness } from './readiness.ts'
import { isWithin, type NodeEnv } from './requester.ts'
import { startSweeping } from './sweep.ts'
import { systemTimer } from './timer.ts'
import type { Tracing } from './tracing.ts'

/** How long requests in flight may take when the node stops; well within the 15 s that a supervisor waits. */
const shutdownGraceMs = 10_000
/** How long the start waits for identity providers to be found. */
const discoveryWaitMs = 3_000

export interface RunningNode {
  readonly publicUrl: URL
  readonly signIn: readonly string[]
  readonly adminPort: number | null
  /** Says that it is not ready, drains, finishes what is in flight, then closes the database (J14). */
  stop(): Promise<void>
}

/** Starts everything; rejects with the first thing that fails to start, after closing the rest. */
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
  // last of all when the node stops
  started.defer(async () => void (await Promise.all([tracing?.stop(), exporting?.stop()])))
  let app: Hono<NodeEnv> | null = null
  // before the database: with a port that is taken, no directory is made and nothing is migrated
  const server = await listen({
    ...config,
    isProxy: isWithin(config.trustedProxies),
    fetch: (request, env) => app?.fetch(request, env) ?? startingUp(),
  })
  // what is in flight when the node stops still needs the database: the server, once it is open, is the first to close
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
  // with keys that do not open, every sign-in would fail at its last step: rather not start (L12)
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
    // in production a proxy ends TLS
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
  // usually it takes a moment, and then the first person can sign in; a provider that is down keeps nobody from starting
  await Promise.race([search.attempted, sleep(discoveryWaitMs, undefined, { ref: false })])
  // first of all when the node stops: the server then waits for what is in flight, and a stream would be for minutes
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

/** The operations and what they stand on. */
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
