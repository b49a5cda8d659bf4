/** The OAuth wire: forms in, JSON out. Contains only route handlers; the rules are in `Auth`. */
import { type Auth, keySetMaxAgeSeconds } from '@osa/core'
import { Hono } from 'hono'
import type { Count } from '../metrics.ts'
import type { NodeEnv } from '../requester.ts'
import { deviceAuthorizationEndpoint } from './device-authorization.ts'
import { introspectionEndpoint } from './introspection.ts'
import { authorizationServerMetadata, oauthPaths } from './metadata.ts'
import { replyMethodNotAllowed } from './reply.ts'
import { revocationEndpoint } from './revocation.ts'
import { tokenEndpoint } from './token.ts'

/** Routes for metadata, the key set, and the four endpoints of RFC 8628, 6749, 7009 and 7662. */
export function oauthRoutes(deps: { auth: Auth; publicUrl: string; count: Count }): Hono<NodeEnv> {
  const { auth, publicUrl, count } = deps
  const app = new Hono<NodeEnv>()
  const cached = {
    'Cache-Control': `public, max-age=${keySetMaxAgeSeconds}`,
    'X-Content-Type-Options': 'nosniff',
  } as const
  const metadata = authorizationServerMetadata(publicUrl)

  for (const path of ['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration']) {
    app.get(path, (c) => c.json(metadata, 200, cached))
    app.all(path, (c) => replyMethodNotAllowed(c, 'GET, HEAD'))
  }
  app.get(oauthPaths.jwks, async (c) => c.json(await auth.publicKeys(), 200, cached))
  app.all(oauthPaths.jwks, (c) => replyMethodNotAllowed(c, 'GET, HEAD'))

  const endpoints = [
    [oauthPaths.deviceAuthorization, deviceAuthorizationEndpoint(auth)],
    [oauthPaths.token, tokenEndpoint({ auth, count })],
    [oauthPaths.revocation, revocationEndpoint(auth)],
    [oauthPaths.introspection, introspectionEndpoint(auth)],
  ] as const
  for (const [path, endpoint] of endpoints) {
    app.post(path, endpoint)
    app.all(path, (c) => replyMethodNotAllowed(c, 'POST'))
  }
  return app
}
