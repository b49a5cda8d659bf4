/** One log line and one measurement a request. The route's pattern stands for the path, which may hold what a person typed (I06). */
import type { Context, MiddlewareHandler } from 'hono'
import { routePath } from 'hono/route'
import type { Logger } from './log.ts'
import type { Metrics } from './metrics.ts'
import type { NodeEnv } from './requester.ts'

/** Lines for probes would drown all others. */
const quietRoutes = new Set(['/healthz', '/readyz'])

/** The pattern of the route that answered. */
export function routeOf(c: Context<NodeEnv>): string {
  const pattern = routePath(c, -1)
  return pattern.endsWith('*') && pattern !== '/trpc/*' ? '(no route)' : pattern
}

/** Logs method, route pattern, status, milliseconds, request id and address; never bodies, headers, cookies or queries. */
export function observeRequests(deps: {
  log: Logger
  metrics: Metrics
  /** Level of a line about what went as it should. */
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
