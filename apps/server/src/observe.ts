/** Logs and measures each request. They show the pattern of the route instead of the path, which may contain text a person typed (I06). */
import type { Context, MiddlewareHandler } from 'hono'
import { routePath } from 'hono/route'
import type { Logger } from './log.ts'
import type { Metrics } from './metrics.ts'
import type { NodeEnv } from './requester.ts'

/** Probes are logged at debug level, since they would drown out all other requests. */
const quietRoutes = new Set(['/healthz', '/readyz'])

/** Returns the pattern of the route that answered. */
export function routeOf(c: Context<NodeEnv>): string {
  const pattern = routePath(c, -1)
  return pattern.endsWith('*') && pattern !== '/trpc/*' ? '(no route)' : pattern
}

/** Logs method, route pattern, status, milliseconds, request id and address; never bodies, headers, cookies or queries. */
export function observeRequests(deps: {
  log: Logger
  metrics: Metrics
  /** Log level of successful requests. */
  routineLogLevel: 'info' | 'debug'
}): MiddlewareHandler<NodeEnv> {
  const { log, metrics, routineLogLevel } = deps
  return async (c, next) => {
    const startedAtMs = performance.now()
    await next()
    const durationMs = performance.now() - startedAtMs
    const { method } = c.req
    const { status } = c.res
    const route = routeOf(c)
    metrics.observeRequest({ method, route, status, durationMs })
    const level = status >= 500 ? 'warn' : quietRoutes.has(route) ? 'debug' : routineLogLevel
    const { ip, requestId } = c.get('requester')
    log[level]({ method, route, status, ms: Math.round(durationMs * 10) / 10, requestId, ip }, 'request')
  }
}
