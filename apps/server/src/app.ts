/** The node as one function from request to response: the three wires, the pages, and what surrounds them. */
import type { ServerDocument } from '@osa/contract'
import type { Auth, AuthPolicy } from '@osa/core'
import { Hono } from 'hono'
import { browserRoutes, pageNotFound } from './browser/routes.ts'
import { answerFailure, answerNotFound, refusePlainHttp } from './failures.ts'
import { healthRoutes } from './health.ts'
import type { DevelopmentSignIn } from './identity/development.ts'
import type { Logger } from './log.ts'
import type { Metrics } from './metrics.ts'
import { oauthRoutes } from './oauth/routes.ts'
import { observeRequests } from './observe.ts'
import { type Cidr, identifyRequester, type NodeEnv } from './requester.ts'
import { trpcRoutes } from './trpc.ts'
import { v1Routes } from './v1/routes.ts'

export interface AppDeps {
  readonly auth: Auth
  readonly policy: AuthPolicy
  readonly publicUrl: URL
  readonly serverName: string
  readonly version: string
  readonly development: DevelopmentSignIn | null
  readonly trustedProxies: readonly Cidr[]
  readonly log: Logger
  readonly routineLogLevel: 'info' | 'debug'
  readonly metrics: Metrics
  readonly isReady: () => Promise<boolean>
  /** Tells "the database cannot be reached" from a defect. */
  readonly isUnavailable: (error: unknown) => boolean
}

/** `/.well-known/osa`, from configuration alone. */
export const createServerDocument = (deps: Pick<AppDeps, 'policy' | 'serverName' | 'version'>): ServerDocument => {
  const { publicUrl: issuer, refreshReuseGraceSeconds } = deps.policy
  return {
    name: deps.serverName,
    version: deps.version,
    issuer,
    api: `${issuer}/api/v1`,
    trpc: `${issuer}/trpc`,
    refresh_reuse_grace_seconds: refreshReuseGraceSeconds,
  }
}

/** Everything a node serves in public, ready to be called with a `Request`. */
export const createApp = (deps: AppDeps): Hono<NodeEnv> => {
  const { auth, publicUrl, metrics } = deps
  const serverDocument = createServerDocument(deps)
  const app = new Hono<NodeEnv>()
  app.use(identifyRequester(deps.trustedProxies))
  app.use(observeRequests(deps))
  for (const path of ['/oauth/*', '/api/*', '/trpc/*']) app.use(path, refusePlainHttp(publicUrl))
  app.route('/', oauthRoutes({ auth, publicUrl: publicUrl.origin, count: metrics.count }))
  app.route('/', v1Routes({ auth, count: metrics.count }))
  app.route('/', browserRoutes(deps))
  app.route('/', trpcRoutes({ ...deps, serverDocument }))
  app.route('/', healthRoutes({ ...deps, serverDocument }))
  app.notFound(answerNotFound(pageNotFound(deps)))
  app.onError(answerFailure(deps))
  return app
}
