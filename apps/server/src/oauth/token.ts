/** The token endpoint (RFC 6749 §3.2): a table from `grant_type` to operation. */
import { deviceCodeGrantType, type GrantType, refreshTokenGrantType, type TokenResponse } from '@osa/contract'
import { type Auth, type Client, isRefusal, type Refusal, type Requester, refuse } from '@osa/core'
import type { Context } from 'hono'
import type { Count } from '../metrics.ts'
import type { NodeEnv } from '../requester.ts'
import { authenticate } from './client-credentials.ts'
import { type Form, readForm } from './form.ts'
import { reply, replyRefusal } from './reply.ts'

type Grant = (request: {
  auth: Auth
  client: Client
  form: Form
  requester: Requester
}) => Promise<TokenResponse | Refusal>

const grants: ReadonlyMap<string, { grantType: GrantType; exchange: Grant }> = new Map([
  [
    deviceCodeGrantType,
    {
      grantType: deviceCodeGrantType,
      exchange: async ({ auth, client, form, requester }) => {
        const deviceCode = form.get('device_code')
        if (deviceCode === undefined) return refuse('invalid_request', 'device_code is missing.')
        return auth.exchangeDeviceCode({ clients: [client], deviceCode, requester })
      },
    },
  ],
  [
    refreshTokenGrantType,
    {
      grantType: refreshTokenGrantType,
      exchange: async ({ auth, client, form, requester }) => {
        const refreshToken = form.get('refresh_token')
        if (refreshToken === undefined) return refuse('invalid_request', 'refresh_token is missing.')
        return auth.exchangeRefreshToken({ clients: [client], refreshToken, scope: form.get('scope'), requester })
      },
    },
  ],
])

/**
 * Exchanges a device code or a refresh token. Beside the operations' refusals: `invalid_request`, `invalid_client`,
 * `unsupported_grant_type`, and `unauthorized_client` when the client is not registered for the grant.
 */
export const tokenEndpoint =
  ({ auth, count }: { auth: Auth; count: Count }) =>
  async (c: Context<NodeEnv>): Promise<Response> => {
    const form = await readForm(c)
    if (isRefusal(form)) return replyRefusal(c, form)
    const grantType = form.get('grant_type')
    if (grantType === undefined) return replyRefusal(c, refuse('invalid_request', 'grant_type is missing.'))
    const grant = grants.get(grantType)
    if (!grant) return replyRefusal(c, refuse('unsupported_grant_type', 'This grant type is not supported.'))
    const authenticated = authenticate(auth, form, c.req.header('authorization'))
    if ('refusal' in authenticated) return replyRefusal(c, authenticated.refusal, authenticated)
    const { client } = authenticated
    if (!client.grantTypes.includes(grant.grantType)) {
      return replyRefusal(c, refuse('unauthorized_client', 'This client may not use the grant type.'))
    }
    const outcome = await grant.exchange({ auth, client, form, requester: c.get('requester') })
    count(grant.grantType, outcome)
    return isRefusal(outcome) ? replyRefusal(c, outcome) : reply(c, outcome)
  }
