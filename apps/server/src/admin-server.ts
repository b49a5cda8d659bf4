/** Prometheus metrics on a listener of their own, on loopback unless told otherwise, so that the public one has nothing to hide (J13). */
import { Hono } from 'hono'
import { type HttpServer, listen } from './http-server.ts'
import type { Metrics } from './metrics.ts'

/** Serves `GET /metrics` and nothing else. */
export const startAdminServer = ({ registry }: Metrics, at: { host: string; port: number }): Promise<HttpServer> => {
  const app = new Hono()
  app.get('/metrics', async (c) => c.body(await registry.metrics(), 200, { 'Content-Type': registry.contentType }))
  return listen({ fetch: app.fetch, ...at })
}
