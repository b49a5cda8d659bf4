/** Serves Prometheus metrics on a separate listener, by default on loopback, so that the public listener exposes none (J13). */
import { Hono } from 'hono'
import { type HttpServer, listen } from './http-server.ts'
import type { Metrics } from './metrics.ts'

/** Thrown if the metrics listener cannot listen. Its own class distinguishes it from a failure of the public listener. */
export class AdminListenerUnusable extends Error {
  override readonly name = 'AdminListenerUnusable'
}

/** Serves `GET /metrics` and nothing else. Rejects with `AdminListenerUnusable`. */
export async function startAdminServer({ registry }: Metrics, at: { host: string; port: number }): Promise<HttpServer> {
  const app = new Hono()
  app.get('/metrics', async (c) => c.body(await registry.metrics(), 200, { 'Content-Type': registry.contentType }))
  try {
    return await listen({ fetch: app.fetch, ...at })
  } catch (cause) {
    throw new AdminListenerUnusable('the metrics cannot be served', { cause })
  }
}
