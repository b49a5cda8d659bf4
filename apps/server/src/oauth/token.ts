/** The token endpoint (RFC 6749 §3.2): a table from `grant_type` to operation. */
import {
  deviceCodeGrantType,
  type GrantType,
  grantTypes,
  refreshTokenGrantType,
  type TokenResponse,
} from '@osa/contract'
import { type Auth, type Client, isRefusal, type Refusal, type Requester, refuse } from '@osa/core'
import type { Context } from 'hono'
import type { Count } from '../metrics.ts'
import type { NodeEnv } from '../requester.ts'
import { authenticate } from './client-credentials.ts'
import { type Form, readOAuthForm } from './form.ts'
import { reply, replyRefusal } from './reply.ts'

type Grant = (request: {
  auth: Auth
  client: Client
  form: Form
  requester: Requester
}) => Promise<TokenResponse | Refusal>

const grants: Readonly<Record<GrantType, Grant>> = {
  async [deviceCodeGrantType]({ auth, client, form, requester }) {
    const deviceCode = form.get('device_code')
    if (deviceCode === undefined) return refuse('invalid_request', 'device_code is missing.')
    return auth.exchangeDeviceCode({ clients: [client], deviceCode, requester })
  },
  async [refreshTokenGrantType]({ auth, client, form, requester }) {
    const refreshToken = form.get('refresh_token')
    if (refreshToken === undefined) return refuse('invalid_request', 'refresh_token is missing.')
    return auth.exchangeRefreshToken({ clients: [client], refreshToken, scope: form.get('scope'), requester })
  },
}

const isGrantType = (text: string): text is GrantType => grantTypes.some((grantType) => grantType === text)

/**
 * Exchanges a device code or a refresh token for tokens. Refuses with `invalid_request`, `invalid_client`, `unsupported_grant_type` and the
 * refusals of the operations.
 */
export const tokenEndpoint =
  ({ auth, count }: { auth: Auth; count: Count }) =>
  async (c: Context<NodeEnv>): Promise<Response> => {
    const form = await readOAuthForm(c)
    if (isRefusal(form)) return replyRefusal(c, form)
    const grantType = form.get('grant_type')
    if (grantType === undefined) return replyRefusal(c, refuse('invalid_request', 'grant_type is missing.'))
    if (!isGrantType(grantType))
      return replyRefusal(c, refuse('unsupported_grant_type', 'This grant type is not supported.'))
    const authenticated = authenticate(auth, form, c.req.header('authorization'))
    if ('refusal' in authenticated) return replyRefusal(c, authenticated.refusal, authenticated)
    const { client } = authenticated
    const outcome = await grants[grantType]({ auth, client, form, requester: c.get('requester') })
    count(grantType, outcome)
    return isRefusal(outcome) ? replyRefusal(c, outcome) : reply(c, outcome)
  }
