/** Makes refresh-token families and token documents (RFC 6749 §5.1). */
import type { TokenResponse } from '@osa/contract'
import { signAccessToken } from './access-token.ts'
import { type AuthDependencies, newId, secondsAfter } from './dependencies.ts'
import { refreshTokenOf } from './refresh-token-text.ts'
import type { RefreshFamily } from './rows.ts'
import type { Signer } from './signing-keys.ts'

const saltBytes = 16

/** Returns a new family, one for each sign-in (G13). Its first refresh token has generation 0. */
export function newFamily(
  { now, random, policy }: Pick<AuthDependencies, 'now' | 'random' | 'policy'>,
  grant: Pick<
    RefreshFamily,
    'userId' | 'clientId' | 'scope' | 'deviceName' | 'ip' | 'approval' | 'authTime' | 'rotatedFrom'
  >,
): RefreshFamily {
  const createdAt = now()
  return {
    id: newId(random),
    ...grant,
    createdAt,
    lastUsedAt: createdAt,
    calledAt: null,
    generation: 0,
    salt: Buffer.from(random(saltBytes)).toString('base64url'),
    replays: 0,
    repeatedFrom: null,
    attemptHash: null,
    sharedRotations: 0,
    pacedUntil: null,
    expiresAt: secondsAfter(createdAt, policy.refreshAbsoluteSeconds),
    revokedAt: null,
    revokedBecause: null,
  }
}

/** Returns a new access token and the newest refresh token of the family. */
export const tokenDocument = async (
  deps: AuthDependencies,
  signer: Signer,
  { family, scope }: { family: RefreshFamily; scope: string },
): Promise<TokenResponse> => ({
  access_token: await signAccessToken(deps, signer, {
    userId: family.userId,
    clientId: family.clientId,
    scope,
    sessionId: family.id,
    authTime: family.authTime,
  }),
  refresh_token: refreshTokenOf(deps.keys, family, family.generation),
  token_type: 'Bearer',
  expires_in: deps.policy.accessTokenLifetimeSeconds,
  scope,
})
