/** Reads the access token of a request (RFC 6750): only from the `Authorization` header, at most one. Shared by v1 and tRPC. */
import { isRefusal, type Refusal, refuse } from '@osa/core'
import type { Context } from 'hono'

/**
 * Returns the presented token, or null if there is none. A token in the query is never accepted, since URLs end up in logs (§5.3).
 * Refuses with `invalid_request` if there are two tokens (§2.1, §3.1).
 */
export function readBearer(c: Context): string | null | Refusal {
  const [, token] = /^bearer +(.*)$/i.exec(c.req.header('authorization')?.trim() ?? '') ?? []
  if (token === undefined) return null
  if (new URL(c.req.url).searchParams.has('access_token')) {
    return refuse('invalid_request', 'Send the access token in one place only.')
  }
  // any other malformed token is refused when it is verified, with a challenge
  if (/[\s,]/.test(token)) return refuse('invalid_request', 'The Authorization header holds more than one token.')
  return token
}

/** Returns the challenge of a 401 (§3), which names an error only if a token was sent. */
export const bearerChallenge = (refusal: Refusal): string =>
  refusal.reason === 'missing'
    ? 'Bearer realm="OSA"'
    : `Bearer realm="OSA", error="invalid_token", error_description="${refusal.error_description}"`

/** Runs `authenticate` on the token of the request. */
export async function requireBearer<P>(
  c: Context,
  authenticate: (token: string | null) => Promise<P | Refusal>,
): Promise<P | Refusal> {
  const token = readBearer(c)
  return isRefusal(token) ? token : authenticate(token)
}
