/** The device grant in the form that osa-py uses: JSON requests, starts without a body, and polls that never get 429, a redirect or HTML. */
import { presentingClients } from '@osa/api'
import { builtInClientIds, deviceCodeGrantType, v1DeviceRequest, v1DeviceTokenRequest } from '@osa/contract'
import { type Auth, isRefusal, refuse } from '@osa/core'
import type { Context } from 'hono'
import type { Count } from '../metrics.ts'
import { reply, replyRefusal } from '../oauth/reply.ts'
import type { NodeEnv } from '../requester.ts'
import { readJson } from './json.ts'

/** `POST /api/v1/auth/device`: starts a device authorization; the client is osa-py if the request names none. */
export const startDevice =
  (auth: Auth) =>
  async (c: Context<NodeEnv>): Promise<Response> => {
    const request = await readJson(c, v1DeviceRequest)
    if (isRefusal(request)) return replyRefusal(c, request)
    const client = auth.authenticateClient({ clientId: request.client_id || builtInClientIds.python })
    if (isRefusal(client)) return replyRefusal(c, client)
    const started = await auth.startDeviceAuthorization({
      client,
      scope: request.scope || undefined,
      deviceName: request.device_name,
      requester: c.get('requester'),
    })
    return isRefusal(started) ? replyRefusal(c, started, { overload: 429 }) : reply(c, started)
  }

/** `POST /api/v1/auth/device/token`: answers one poll. Refuses with 400 and the codes of RFC 8628 §3.5, or with 503 if the node cannot answer now. */
export const pollDevice =
  ({ auth, count }: { auth: Auth; count: Count }) =>
  async (c: Context<NodeEnv>): Promise<Response> => {
    const request = await readJson(c, v1DeviceTokenRequest)
    if (isRefusal(request)) return replyRefusal(c, request)
    const { grant_type: grantType, device_code: deviceCode } = request
    if (deviceCode === '') return replyRefusal(c, refuse('invalid_request', 'device_code is missing.'))
    if (grantType !== deviceCodeGrantType) {
      return replyRefusal(c, refuse('unsupported_grant_type', 'This grant type is not supported.'))
    }
    const clients = presentingClients(auth, request.client_id || undefined)
    if (isRefusal(clients)) return replyRefusal(c, clients)
    const outcome = await auth.exchangeDeviceCode({ clients, deviceCode, requester: c.get('requester') })
    count(deviceCodeGrantType, outcome)
    return isRefusal(outcome) ? replyRefusal(c, outcome) : reply(c, outcome)
  }
