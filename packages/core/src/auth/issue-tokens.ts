/** From an approved device or a refreshed family to a token document (RFC 6749 §5.1). */
import type { TokenResponse } from '@osa/contract'
import { signAccessToken } from './access-token.ts'
import { type AuthDependencies, newId, secondsAfter } from './dependencies.ts'
import type { AuthTx } from './ports.ts'
import type { RefreshFamily, RefreshToken } from './rows.ts'
import { newSecret, type RefreshTokenSecret, sha256 } from './secret.ts'
import type { Signer } from './signing-keys.ts'

/** A family's token row that has not been used yet. */
export const newRefreshToken = (
  { now, random }: Pick<AuthDependencies, 'now' | 'random'>,
  familyId: string,
  secret: RefreshTokenSecret,
): RefreshToken => ({
  id: newId(random),
  familyId,
  tokenHash: sha256(secret),
  createdAt: now(),
  usedAt: null,
  successorSalt: null,
  successorId: null,
  replays: 0,
})

/** Opens a family, one a sign-in (G13), and gives out its first token. */
export const openFamily = async (
  deps: AuthDependencies,
  tx: AuthTx,
  grant: Pick<RefreshFamily, 'userId' | 'clientId' | 'scope' | 'deviceName' | 'ip' | 'authTime' | 'rotatedFrom'>,
): Promise<{ family: RefreshFamily; refreshToken: RefreshTokenSecret }> => {
  const createdAt = deps.now()
  const family: RefreshFamily = {
    id: newId(deps.random),
    ...grant,
    createdAt,
    lastUsedAt: createdAt,
    repeatedFrom: null,
    sharedRotations: 0,
    pacedUntil: null,
    expiresAt: secondsAfter(createdAt, deps.policy.refreshAbsoluteSeconds),
    revokedAt: null,
    revokedBecause: null,
  }
  const refreshToken = newSecret<RefreshTokenSecret>(deps.random)
  await tx.insertRefreshFamily(family)
  await tx.insertRefreshToken(newRefreshToken(deps, family.id, refreshToken))
  return { family, refreshToken }
}

export const tokenDocument = async (
  deps: AuthDependencies,
  signer: Signer,
  issue: { family: RefreshFamily; refreshToken: RefreshTokenSecret; scope: string },
): Promise<TokenResponse> => ({
  access_token: await signAccessToken(deps, signer, {
    userId: issue.family.userId,
    clientId: issue.family.clientId,
    scope: issue.scope,
    sessionId: issue.family.id,
    authTime: issue.family.authTime,
  }),
  refresh_token: issue.refreshToken,
  token_type: 'Bearer',
  expires_in: deps.policy.accessTokenLifetimeSeconds,
  scope: issue.scope,
})
