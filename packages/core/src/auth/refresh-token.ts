/**
 * Rotation of refresh tokens as pure decisions (RFC 9700 §4.14.2). A successor is derived from the presented token and a random
 * salt in its row: a repeat inside the grace window gets the same one, though nothing stored can be turned into it (I03).
 */
import type { Keys } from './keys.ts'
import { clockSkewSeconds, maxRefreshReplays } from './policy.ts'
import type { RefreshFamily, RefreshToken } from './rows.ts'
import type { RefreshTokenSecret } from './secret.ts'

export const deriveSuccessor = (keys: Keys, presented: RefreshTokenSecret, salt: string): RefreshTokenSecret =>
  keys.mac('refresh', presented, salt) as string as RefreshTokenSecret

export type Presentation =
  | { verdict: 'rotate' }
  /** The answer to an earlier use was probably lost: the same successor again (G03). */
  | { verdict: 'replay'; salt: string }
  /** A retired token: somebody has a copy. The family ends (G02). */
  | { verdict: 'reuse' }
  | { verdict: 'ended'; reason: 'revoked' | 'expired' }

export interface RefreshLimits {
  readonly refreshIdleSeconds: number
  readonly refreshReuseGraceSeconds: number
}

/** What presenting a token of a family means at `now`. */
export const present = (
  found: { token: RefreshToken; family: RefreshFamily; successor: RefreshToken | null },
  now: Date,
  limits: RefreshLimits,
): Presentation => {
  const { token, family, successor } = found
  if (family.revokedBecause === 'expired') return { verdict: 'ended', reason: 'expired' }
  if (family.revokedAt !== null) return { verdict: 'ended', reason: 'revoked' }
  if (isFamilyExpired(family, now, limits)) return { verdict: 'ended', reason: 'expired' }
  if (token.usedAt === null) return { verdict: 'rotate' }
  const sinceMs = now.getTime() - token.usedAt.getTime()
  // a use that lies ahead means a clock that was set back: that must not open the window again (L08)
  const inWindow = sinceMs >= -clockSkewSeconds * 1000 && sinceMs <= limits.refreshReuseGraceSeconds * 1000
  const repeatable = successor?.usedAt === null && token.replays < maxRefreshReplays
  return inWindow && repeatable && token.successorSalt !== null
    ? { verdict: 'replay', salt: token.successorSalt }
    : { verdict: 'reuse' }
}

/** Idle too long, or at the absolute end that was fixed at sign-in (G06, G07). */
export const isFamilyExpired = (
  family: RefreshFamily,
  now: Date,
  limits: Pick<RefreshLimits, 'refreshIdleSeconds'>,
): boolean => now >= family.expiresAt || now.getTime() >= family.lastUsedAt.getTime() + limits.refreshIdleSeconds * 1000

export const revoke = (
  family: RefreshFamily,
  because: NonNullable<RefreshFamily['revokedBecause']>,
  now: Date,
): RefreshFamily => ({ ...family, revokedAt: now, revokedBecause: because })
