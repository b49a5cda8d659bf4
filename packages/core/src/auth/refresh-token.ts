/** The pure decision on a presented refresh token (RFC 9700 §4.14.2): rotation, repeat or reuse. */
import {
  clockToleranceSeconds,
  maxRefreshReplays,
  maxSharedRotations,
  rotationBurst,
  rotationPaceSeconds,
} from './policy.ts'
import type { OldRefreshToken, RefreshFamily } from './rows.ts'
import type { Sha256 } from './secret.ts'

export type Presentation =
  | { verdict: 'rotate'; next: RefreshFamily }
  /** The answer to an earlier use was probably lost: return the newest token again (G03). `isAlarm`: the repeat comes from a second source. */
  | { verdict: 'replay'; next: RefreshFamily; isAlarm: boolean }
  /** A retired token, or too many rotations with two sources: someone has a copy. The family ends (G02). */
  | { verdict: 'reuse'; because: 'reuse' | 'two_sources' }
  | { verdict: 'ended'; reason: 'revoked' | 'expired' }
  /** More rotations than a session may have. Nothing is written. */
  | { verdict: 'limited'; retryAfterSeconds: number }

export interface RefreshLimits {
  readonly refreshIdleSeconds: number
  readonly refreshReuseGraceSeconds: number
}

/** The presenter of a token: its source, and the hash of the secret that it made for this refresh, if any. */
export interface Presenter {
  readonly source: string
  readonly attemptHash: Sha256 | null
}

/** Decides what happens when a token of a family is presented at `now`. */
export function present(
  { family, generation, presenter }: { family: RefreshFamily; generation: number; presenter: Presenter },
  now: Date,
  limits: RefreshLimits,
): Presentation {
  if (family.revokedBecause === 'expired') return { verdict: 'ended', reason: 'expired' }
  if (family.revokedAt !== null) return { verdict: 'ended', reason: 'revoked' }
  if (isFamilyExpired(family, now, limits)) return { verdict: 'ended', reason: 'expired' }
  if (generation === family.generation) {
    const pacedUntil = pacedAfter(family, now)
    const waitMs = pacedUntil.getTime() - now.getTime() - burstMs
    if (waitMs > 0) return { verdict: 'limited', retryAfterSeconds: Math.ceil(waitMs / 1000) }
    return { verdict: 'rotate', next: { ...rotated(family, presenter, now), pacedUntil } }
  }
  const sinceMs = now.getTime() - family.lastUsedAt.getTime()
  // a last use in the future means that the clock was set back, which must not reopen the window (L08)
  const inWindow = sinceMs >= -clockToleranceSeconds * 1000 && sinceMs <= limits.refreshReuseGraceSeconds * 1000
  const isRepeatable = generation === family.generation - 1 && family.replays < maxRefreshReplays
  if (!inWindow || !isRepeatable) return { verdict: 'reuse', because: 'reuse' }
  const next = repeated(family, presenter)
  if (next.sharedRotations > maxSharedRotations) return { verdict: 'reuse', because: 'two_sources' }
  return { verdict: 'replay', next, isAlarm: next.repeatedFrom !== family.repeatedFrom }
}

const burstMs = rotationBurst * rotationPaceSeconds * 1000

/** The generic cell rate algorithm. Its only state is one instant. After the clock is set back, no session waits for the old time (L08). */
function pacedAfter({ pacedUntil }: RefreshFamily, now: Date): Date {
  const aheadMs = (pacedUntil ?? now).getTime() - now.getTime()
  const countsMs = aheadMs > burstMs + clockToleranceSeconds * 1000 ? 0 : Math.min(Math.max(0, aheadMs), burstMs)
  return new Date(now.getTime() + countsMs + rotationPaceSeconds * 1000)
}

/** Returns the family after a rotation. If only one source was involved in the last one, the count of shared rotations starts again. */
const rotated = (family: RefreshFamily, { source, attemptHash }: Presenter, now: Date): RefreshFamily => ({
  ...family,
  generation: family.generation + 1,
  replays: 0,
  lastUsedAt: now,
  rotatedFrom: source,
  repeatedFrom: null,
  attemptHash,
  sharedRotations: family.repeatedFrom === null ? 0 : family.sharedRotations,
})

/**
 * Returns the family after a repeat. The first other source since the last rotation makes it a shared rotation, unless the caller knows the
 * secret of that refresh. No copy of a token contains that secret, so the caller is the terminal whose answer was lost, in whatever network
 * it is now.
 */
function repeated(family: RefreshFamily, { source, attemptHash }: Presenter): RefreshFamily {
  const next = { ...family, replays: family.replays + 1 }
  const isSameRefresh = attemptHash !== null && attemptHash === family.attemptHash
  const isSameSource = family.rotatedFrom === null || family.rotatedFrom === source
  const isKnown = isSameRefresh || isSameSource || family.repeatedFrom !== null
  return isKnown ? next : { ...next, repeatedFrom: source, sharedRotations: family.sharedRotations + 1 }
}

/**
 * Returns the generation of a token that was issued before families had generations. The unused token has generation 0, with which the family
 * starts, and its predecessor -1, so that an answer that was lost during the upgrade can be repeated.
 */
export function oldGeneration({ usedAt, successorUsedAt }: OldRefreshToken): number {
  if (usedAt === null) return 0
  return successorUsedAt === null ? -1 : -2
}

/** Whether a family was idle too long, or has reached the absolute end that was fixed at sign-in (G06, G07). */
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
