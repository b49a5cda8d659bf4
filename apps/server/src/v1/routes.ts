/** The JSON wire of `/api/v1`, which the original Python `osa` uses unchanged. Contains only route handlers; the rules are in `Auth`. */
import type { Auth, Conventions } from '@osa/core'
import { Hono } from 'hono'
import type { Count } from '../metrics.ts'
import { replyMethodNotAllowed } from '../oauth/reply.ts'
import type { NodeEnv } from '../requester.ts'
import { deployConvention, getConvention, listConventions } from './conventions.ts'
import { pollDevice, startDevice } from './device.ts'
import { logout, refreshSession, whoAmI } from './session.ts'

/** Routes for conventions and for the API part of `/api/v1/auth`; its pages are in `browser/`. */
export function v1Routes(deps: { auth: Auth; conventions: Conventions; count: Count }): Hono<NodeEnv> {
  const { auth, conventions, count } = deps
  const app = new Hono<NodeEnv>()
  const posts = [
    ['/api/v1/auth/device', startDevice(auth)],
    ['/api/v1/auth/device/token', pollDevice({ auth, count })],
    ['/api/v1/auth/refresh', refreshSession({ auth, count })],
    ['/api/v1/auth/logout', logout(auth)],
  ] as const
  for (const [path, answer] of posts) {
    app.post(path, answer)
    app.all(path, (c) => replyMethodNotAllowed(c, 'POST'))
  }
  app.get('/api/v1/auth/me', whoAmI(auth))
  app.all('/api/v1/auth/me', (c) => replyMethodNotAllowed(c, 'GET, HEAD'))
  app.get('/api/v1/conventions', listConventions(conventions))
  app.post('/api/v1/conventions', deployConvention(deps))
  app.all('/api/v1/conventions', (c) => replyMethodNotAllowed(c, 'GET, HEAD, POST'))
  app.get('/api/v1/conventions/:slug', getConvention(conventions))
  app.all('/api/v1/conventions/:slug', (c) => replyMethodNotAllowed(c, 'GET, HEAD'))
  return app
}
