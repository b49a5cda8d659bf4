/** The node as one function from request to response: the three wires, the pages, and the middleware around them. */
import type { ServerDocument } from '@osa/contract'
import type { Auth, AuthPolicy, Conventions } from '@osa/core'
import { Hono, type MiddlewareHandler } from 'hono'
import { browserRoutes, pageNotFound } from './browser/routes.ts'
import { countDeploys, countExchanges, countWatches } from './counted.ts'
import { answerFailure, answerNotFound, refusePlainHttp } from './failures.ts'
import { healthRoutes } from './health.ts'
import type { DevelopmentSignIn } from './identity/development.ts'
import type { Logger } from './log.ts'
import type { Metrics } from './metrics.ts'
import { oauthRoutes } from './oauth/routes.ts'
import { observeRequests } from './observe.ts'
import { logoPath, type NodeProfile } from './profile/node-profile.ts'
import { type Cidr, identifyRequester, type NodeEnv } from './requester.ts'
import { trpcRoutes } from './trpc.ts'
import { v1Routes } from './v1/routes.ts'

export interface AppDeps {
  readonly auth: Auth
  readonly conventions: Conventions
  readonly policy: AuthPolicy
  readonly publicUrl: URL
  readonly profile: NodeProfile
  readonly version: string
  readonly development: DevelopmentSignIn | null
  readonly trustedProxies: readonly Cidr[]
  readonly seesNetworks: boolean
  readonly log: Logger
  readonly routineLogLevel: 'info' | 'debug'
  readonly metrics: Metrics
  readonly traceRequests?: MiddlewareHandler<NodeEnv> | null
  readonly isReady: () => Promise<boolean>
  /** Aborted when the node stops, which ends open streams (J14). */
  readonly stopping: AbortSignal
  /** Distinguishes an unreachable database from a defect. */
  readonly isUnavailable: (error: unknown) => boolean
}

/** Returns the document at `/.well-known/osa`, which depends only on the configuration. */
export function createServerDocument(deps: Pick<AppDeps, 'policy' | 'profile' | 'version'>): ServerDocument {
  const { publicUrl: issuer, refreshReuseGraceSeconds } = deps.policy
  const { name, description, logo, contact, accent } = deps.profile
  return {
    name,
    ...(description === null ? {} : { description }),
    ...(logo === null ? {} : { logo: `${issuer}${logoPath}` }),
    ...(contact === null ? {} : { contact }),
    ...(accent === null ? {} : { accent_color: accent.light }),
    version: deps.version,
    issuer,
    api: `${issuer}/api/v1`,
    trpc: `${issuer}/trpc`,
    refresh_reuse_grace_seconds: refreshReuseGraceSeconds,
  }
}

/** Creates the public part of a node: a Hono app that answers a `Request`. */
export function createApp(deps: AppDeps): Hono<NodeEnv> {
  const { auth, publicUrl, metrics } = deps
  const serverDocument = createServerDocument(deps)
  const pages = { ...deps, countApproval: metrics.countApproval }
  const conventions = countDeploys(deps.conventions, metrics)
  const app = new Hono<NodeEnv>()
  app.use(identifyRequester(deps.trustedProxies))
  if (deps.traceRequests) app.use(deps.traceRequests)
  app.use(observeRequests(deps))
  for (const path of ['/oauth/*', '/api/*', '/trpc/*']) app.use(path, refusePlainHttp(publicUrl))
  app.route('/', oauthRoutes({ auth, publicUrl: publicUrl.origin, count: metrics.count }))
  app.route('/', v1Routes({ auth, conventions, count: metrics.count }))
  app.route('/', browserRoutes(pages))
  app.route(
    '/',
    trpcRoutes({ ...deps, auth: countWatches(countExchanges(auth, metrics), metrics), conventions, serverDocument }),
  )
  app.route('/', healthRoutes({ ...deps, serverDocument }))
  app.notFound(answerNotFound(pageNotFound(pages)))
  app.onError(answerFailure(deps))
  return app
}
