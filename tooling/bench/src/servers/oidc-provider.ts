/**
 * A peer: oidc-provider with one public client, opaque access tokens (its default, which costs less than signing), no ID tokens (the scope
 * lacks `openid`), and refresh tokens that rotate at each use.
 */
import { generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
import Provider from 'oidc-provider'
import { oidcClientId } from '../contestants/oidc-provider.ts'
import { announce } from './announce.ts'
import { rowsOn, schema } from './oidc-provider-rows.ts'
import { pool } from './pool.ts'

const day = 86_400

function createProvider(): Provider {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return new Provider('http://127.0.0.1', {
    adapter: rowsOn(pool),
    clients: [
      {
        client_id: oidcClientId,
        token_endpoint_auth_method: 'none',
        grant_types: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'],
        redirect_uris: [],
        response_types: [],
        id_token_signed_response_alg: 'ES256',
      },
    ],
    features: { deviceFlow: { enabled: true }, devInteractions: { enabled: false } },
    findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
    issueRefreshToken: () => true,
    rotateRefreshToken: true,
    expiresWithSession: () => false,
    scopes: ['profile', 'offline_access'],
    ttl: { AccessToken: 900, DeviceCode: 600, Grant: 90 * day, RefreshToken: 30 * day },
    jwks: { keys: [privateKey.export({ format: 'jwk' })] },
    cookies: { keys: ['a key of the bench'] },
  })
}

async function prepare(): Promise<void> {
  await pool.query(schema)
  await pool.end()
}

function serve(): void {
  const server = createServer(createProvider().callback())
  server.listen(0, '127.0.0.1', () => announce(server))
}

if (process.argv[2] === 'prepare') await prepare()
else serve()
