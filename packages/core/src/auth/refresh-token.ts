/**
 * Rotation of refresh tokens as pure decisions (RFC 9700 §4.14.2). A successor is derived from the presented token and a random
 * salt in its row: a repeat inside the grace window gets the same one, though nothing stored can be turned into it (I03).
 */
import type { Keys } from './keys.ts'
import {
  clockToleranceSeconds,
  maxRefreshReplays,
  maxSharedRotations,
  rotationBurst,
  rotationPaceSeconds,
} from './policy.ts'
import type { RefreshFamily, RefreshToken } from './rows.ts'
import type { RefreshTokenSecret } from './secret.ts'

export const deriveSuccessor = (keys: Keys, presented: RefreshTokenSecret, salt: string): RefreshTokenSecret =>
  keys.mac('refresh', presented, salt) as string as RefreshTokenSecret

export type Presentation =
  | { verdict: 'rotate'; family: RefreshFamily }
  /** The answer to an earlier use was probably lost: the same successor again (G03). `isAlarm`: a second source has come in. */
  | { verdict: 'replay'; salt: string; family: RefreshFamily; isAlarm: boolean }
  /** A retired token, or two sources at too many rotations: somebody has a copy. The family ends (G02). */
  | { verdict: 'reuse'; because: 'reuse' | 'two_sources' }
  | { verdict: 'ended'; reason: 'revoked' | 'expired' }
  /** More rotations than a session may have; nothing is written. */
  | { verdict: 'limited'; retryAfterSeconds: number }

export interface RefreshLimits {
  readonly refreshIdleSeconds: number
  readonly refreshReuseGraceSeconds: number
}

/** What presenting a token of a family means at `now`, from `source`. */
export const present = (
  found: { token: RefreshToken; family: RefreshFamily; successor: RefreshToken | null; source: string },
  now: Date,
  limits: RefreshLimits,
): Presentation => {
  const { token, family, successor, source } = found
  if (family.revokedBecause === 'expired') return { verdict: 'ended', reason: 'expired' }
  if (family.revokedAt !== null) return { verdict: 'ended', reason: 'revoked' }
  if (isFamilyExpired(family, now, limits)) return { verdict: 'ended', reason: 'expired' }
  if (token.usedAt === null) {
    const pacedUntil = pacedAfter(family, now)
    const waitMs = pacedUntil.getTime() - now.getTime() - burstMs
    if (waitMs > 0) return { verdict: 'limited', retryAfterSeconds: Math.ceil(waitMs / 1000) }
    return { verdict: 'rotate', family: { ...rotated(family, source, now), pacedUntil } }
  }
  const sinceMs = now.getTime() - token.usedAt.getTime()
  // a use that lies ahead means a clock that was set back: that must not open the window again (L08)
  const inWindow = sinceMs >= -clockToleranceSeconds * 1000 && sinceMs <= limits.refreshReuseGraceSeconds * 1000
  const repeatable = successor?.usedAt === null && token.replays < maxRefreshReplays
  if (!inWindow || !repeatable || token.successorSalt === null) return { verdict: 'reuse', because: 'reuse' }
  const next = repeated(family, source)
  if (next.sharedRotations > maxSharedRotations) return { verdict: 'reuse', because: 'two_sources' }
  return { verdict: 'replay', salt: token.successorSalt, family: next, isAlarm: next !== family }
}

const burstMs = rotationBurst * rotationPaceSeconds * 1000

/** The generic cell rate algorithm: one instant is the whole memory. A clock that was set back makes nobody wait for the old time (L08). */
const pacedAfter = ({ pacedUntil }: RefreshFamily, now: Date): Date => {
  const aheadMs = (pacedUntil ?? now).getTime() - now.getTime()
  const countsMs = aheadMs > burstMs + clockToleranceSeconds * 1000 ? 0 : Math.min(Math.max(0, aheadMs), burstMs)
  return new Date(now.getTime() + countsMs + rotationPaceSeconds * 1000)
}

/** The family after a rotation from `source`. One that only a single source took part in shows that nobody else keeps up. */
const rotated = (family: RefreshFamily, source: string, now: Date): RefreshFamily => ({
  ...family,
  lastUsedAt: now,
  rotatedFrom: source,
  repeatedFrom: null,
  sharedRotations: family.repeatedFrom === null ? 0 : family.sharedRotations,
})

/** The family after a repeat from `source`: itself, unless that is the first other source since the last rotation. */
const repeated = (family: RefreshFamily, source: string): RefreshFamily => {
  const isKnown = family.repeatedFrom !== null || family.rotatedFrom === null || family.rotatedFrom === source
  return isKnown ? family : { ...family, repeatedFrom: source, sharedRotations: family.sharedRotations + 1 }
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
