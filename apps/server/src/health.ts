/** Liveness, readiness, and the document by which tools recognise a node. None of them reveals anything else (J13). */
import type { ServerDocument } from '@osa/contract'
import type { Auth } from '@osa/core'
import { Hono } from 'hono'
import type { Logger } from './log.ts'
import { defaultRetryAfterSeconds, replyMethodNotAllowed } from './oauth/reply.ts'
import type { NodeEnv } from './requester.ts'

/** `/healthz`, `/readyz` (database reachable and migrated) and `/.well-known/osa`, which any origin may read. */
export function healthRoutes(deps: { isReady: () => Promise<boolean>; serverDocument: ServerDocument }): Hono<NodeEnv> {
  const app = new Hono<NodeEnv>()
  const fresh = { 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' } as const
  app.get('/healthz', (c) => c.json({ status: 'ok' }, 200, fresh))
  app.get('/readyz', async (c) => {
    const ready = await deps.isReady()
    return ready
      ? c.json({ status: 'ready' }, 200, fresh)
      : c.json({ status: 'not ready' }, 503, { ...fresh, 'Retry-After': String(defaultRetryAfterSeconds) })
  })
  app.get('/.well-known/osa', (c) =>
    c.json(deps.serverDocument, 200, {
      'Access-Control-Allow-Origin': '*',
      'Cache-Control': 'public, max-age=300',
      'X-Content-Type-Options': 'nosniff',
    }),
  )
  for (const path of ['/healthz', '/readyz', '/.well-known/osa']) {
    app.all(path, (c) => replyMethodNotAllowed(c, 'GET, HEAD'))
  }
  return app
}

/**
 * Creates the check behind `/readyz`: the database answers and is migrated, and the signing keys can be decrypted (L12). A process that cannot
 * sign is not ready, so that a proxy uses another one.
 */
export const createReadiness =
  (deps: { isDatabaseReady: () => Promise<boolean>; auth: Pick<Auth, 'publicKeys'>; log: Pick<Logger, 'error'> }) =>
  async (): Promise<boolean> => {
    if (!(await deps.isDatabaseReady())) return false
    try {
      await deps.auth.publicKeys()
      return true
    } catch (error) {
      deps.log.error({ err: error }, 'the signing keys cannot be loaded')
      return false
    }
  }
