/** Access tokens: JWTs (RFC 9068), verified as RFC 8725 requires. Their permissions are read from the database at each request. */
import { errors, type JWTPayload, jwtVerify, SignJWT } from 'jose'
import { type AuthDependencies, newId } from './dependencies.ts'
import { clockToleranceSeconds } from './policy.ts'
import { type Refusal, refuse } from './refusal.ts'
import type { KeyRing, Signer } from './signing-keys.ts'

export interface AccessTokenClaims {
  readonly sub: string
  readonly client_id: string
  readonly scope: string
  /** The refresh-token family: the session. */
  readonly sid: string
  readonly jti: string
  readonly iat: number
  readonly exp: number
}

const algorithms = ['ES256', 'EdDSA', 'RS256']

/** Signs an access token (RFC 9068 §2) that is valid for `policy.accessTokenLifetimeSeconds`. */
export function signAccessToken(
  { policy, now, random }: Pick<AuthDependencies, 'policy' | 'now' | 'random'>,
  signer: Signer,
  claims: { userId: string; clientId: string; scope: string; sessionId: string; authTime: Date },
): Promise<string> {
  const issuedAt = Math.floor(now().getTime() / 1000)
  return new SignJWT({
    client_id: claims.clientId,
    scope: claims.scope,
    sid: claims.sessionId,
    auth_time: Math.floor(claims.authTime.getTime() / 1000),
  })
    .setProtectedHeader({ typ: 'at+jwt', alg: signer.algorithm, kid: signer.kid })
    .setIssuer(policy.publicUrl)
    .setAudience(policy.publicUrl)
    .setSubject(claims.userId)
    .setJti(newId(random))
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + policy.accessTokenLifetimeSeconds)
    .sign(signer.key)
}

/**
 * Checks signature, type, issuer, audience and times (RFC 9068 §4). Refuses with `invalid_token`: `reason` is `expired` for a token that has
 * only expired, otherwise `unknown`. Keys are looked up by `kid` in memory only (F06, F07).
 */
export async function verifyAccessToken(
  { policy, now, store }: Pick<AuthDependencies, 'policy' | 'now' | 'store'>,
  ring: KeyRing,
  token: string,
): Promise<AccessTokenClaims | Refusal> {
  try {
    const { payload } = await jwtVerify(
      token,
      async ({ kid, alg }) => {
        const found = typeof kid === 'string' ? await ring.verificationKey(kid) : null
        if (!found || found.algorithm !== alg) throw new errors.JWKSNoMatchingKey()
        return found.key
      },
      {
        algorithms,
        typ: 'at+jwt',
        issuer: policy.publicUrl,
        audience: policy.publicUrl,
        requiredClaims: ['sub', 'client_id', 'scope', 'sid', 'jti', 'iat', 'exp'],
        clockTolerance: clockToleranceSeconds,
        currentDate: now(),
      },
    )
    return hasClaims(payload, now())
      ? payload
      : refuse('invalid_token', 'The access token is not valid.', { reason: 'unknown' })
  } catch (error) {
    if (error instanceof errors.JWTExpired) {
      const { jti } = error.payload
      // recorded, so that the token stays expired if the clock is set back (L08)
      if (typeof jti === 'string') await store.endAccessToken({ accessTokenId: jti, endedAt: now() })
      return refuse('invalid_token', 'The access token has expired.', { reason: 'expired' })
    }
    if (error instanceof errors.JOSEError) {
      return refuse('invalid_token', 'The access token is not valid.', { reason: 'unknown', detail: error.message })
    }
    throw error
  }
}

const hasClaims = (payload: JWTPayload, now: Date): payload is JWTPayload & AccessTokenClaims =>
  ['sub', 'client_id', 'scope', 'sid', 'jti'].every((name) => typeof payload[name] === 'string') &&
  typeof payload.iat === 'number' &&
  payload.iat <= now.getTime() / 1000 + clockToleranceSeconds
