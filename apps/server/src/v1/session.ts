/** Refresh, logout and "who am I" on the v1 wire. */
import { presentingClients } from '@osa/api'
import { refreshTokenGrantType, type V1RefreshErrorCode, v1LogoutRequest, v1RefreshRequest } from '@osa/contract'
import { type Auth, isRefusal, type Refusal } from '@osa/core'
import type { Context } from 'hono'
import { requireBearer } from '../bearer.ts'
import type { Count } from '../metrics.ts'
import { defaultRetryAfterSeconds, reply } from '../oauth/reply.ts'
import type { NodeEnv } from '../requester.ts'
import { readJson } from './json.ts'
import { replyDetail, replyMalformed, replyUnauthorized } from './reply.ts'

/** `POST /api/v1/auth/refresh`: exchanges a refresh token. Refuses with 401 and the codes that osa-py knows. */
export const refreshSession =
  ({ auth, count }: { auth: Auth; count: Count }) =>
  async (c: Context<NodeEnv>): Promise<Response> => {
    const request = await readJson(c, v1RefreshRequest)
    if (isRefusal(request)) return replyMalformed(c, request)
    const clients = presentingClients(auth, request.client_id || undefined)
    if (isRefusal(clients)) return replyRefreshRefusal(c, clients)
    const requester = c.get('requester')
    const outcome = await auth.exchangeRefreshToken({ clients, refreshToken: request.refresh_token, requester })
    count(refreshTokenGrantType, outcome)
    return isRefusal(outcome) ? replyRefreshRefusal(c, outcome) : reply(c, outcome)
  }

const refreshErrorCodes: Partial<Record<NonNullable<Refusal['reason']>, V1RefreshErrorCode>> = {
  revoked: 'token_family_revoked',
  expired: 'refresh_token_expired',
}

function replyRefreshRefusal(c: Context, { error, reason, retryAfterSeconds, error_description }: Refusal): Response {
  if (error === 'temporarily_unavailable') {
    // not 401, since the refresh token is still valid
    c.header('Retry-After', String(retryAfterSeconds ?? defaultRetryAfterSeconds))
    return replyDetail(c, 429, error, error_description)
  }
  return replyDetail(c, 401, (reason && refreshErrorCodes[reason]) ?? 'invalid_refresh_token', error_description)
}

/** `POST /api/v1/auth/logout`: ends the session of a refresh token; succeeds for unknown tokens too (RFC 7009 §2.2). */
export const logout =
  (auth: Auth) =>
  async (c: Context<NodeEnv>): Promise<Response> => {
    const request = await readJson(c, v1LogoutRequest)
    if (isRefusal(request)) return replyMalformed(c, request)
    const clients = presentingClients(auth, request.client_id || undefined)
    if (isRefusal(clients)) return replyDetail(c, 400, clients.error, clients.error_description)
    await auth.revokeToken({ clients, token: request.refresh_token, requester: c.get('requester') })
    return reply(c, { success: true })
  }

/** `GET /api/v1/auth/me`: describes the signed-in person. */
export const whoAmI =
  (auth: Auth) =>
  async (c: Context<NodeEnv>): Promise<Response> => {
    const principal = await requireBearer(c, auth.authenticate)
    return isRefusal(principal) ? replyUnauthorized(c, principal) : reply(c, principal.me)
  }
