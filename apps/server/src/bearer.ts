/** Access tokens of requests (RFC 6750): from the `Authorization` header alone, one at most. Shared by v1 and tRPC. */
import { isRefusal, type Refusal, refuse } from '@osa/core'
import type { Context } from 'hono'

/**
 * The presented token, null when there is none. A token in the query is never honoured, since URLs end up in logs (§5.3).
 * Refuses with `invalid_request` when there are two tokens (§2.1, §3.1).
 */
export function readBearer(c: Context): string | null | Refusal {
  const [, token] = /^bearer +(.*)$/i.exec(c.req.header('authorization')?.trim() ?? '') ?? []
  if (token === undefined) return null
  if (new URL(c.req.url).searchParams.has('access_token')) {
    return refuse('invalid_request', 'Send the access token in one place only.')
  }
  // whatever else is no token of ours is told so by its check, with a challenge
  if (/[\s,]/.test(token)) return refuse('invalid_request', 'The Authorization header holds more than one token.')
  return token
}

/** The challenge of a 401 (§3): an error is named only if a token was sent. */
export const bearerChallenge = (refusal: Refusal): string =>
  refusal.reason === 'missing'
    ? 'Bearer realm="OSA"'
    : `Bearer realm="OSA", error="invalid_token", error_description="${refusal.error_description}"`

/** Runs `authenticate` on what the request presents. */
export async function requireBearer<P>(
  c: Context,
  authenticate: (token: string | null) => Promise<P | Refusal>,
): Promise<P | Refusal> {
  const token = readBearer(c)
  return isRefusal(token) ? token : authenticate(token)
}
