/** What presenting a refresh token means, as a pure decision (RFC 9700 §4.14.2): rotation, a repeat, or reuse. */
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
  /** The answer to an earlier use was probably lost: the newest token again (G03). `isAlarm`: a second source has come in. */
  | { verdict: 'replay'; next: RefreshFamily; isAlarm: boolean }
  /** A retired token, or two sources at too many rotations: somebody has a copy. The family ends (G02). */
  | { verdict: 'reuse'; because: 'reuse' | 'two_sources' }
  | { verdict: 'ended'; reason: 'revoked' | 'expired' }
  /** More rotations than a session may have; nothing is written. */
  | { verdict: 'limited'; retryAfterSeconds: number }

export interface RefreshLimits {
  readonly refreshIdleSeconds: number
  readonly refreshReuseGraceSeconds: number
}

/** Who presents a token: the source, and the hash of the secret made for this refresh, if the caller makes one. */
export interface Presenter {
  readonly source: string
  readonly attemptHash: Sha256 | null
}

/** What presenting a token of a family means at `now`. */
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
  // a use that lies ahead means a clock that was set back: that must not open the window again (L08)
  const inWindow = sinceMs >= -clockToleranceSeconds * 1000 && sinceMs <= limits.refreshReuseGraceSeconds * 1000
  const isRepeatable = generation === family.generation - 1 && family.replays < maxRefreshReplays
  if (!inWindow || !isRepeatable) return { verdict: 'reuse', because: 'reuse' }
  const next = repeated(family, presenter)
  if (next.sharedRotations > maxSharedRotations) return { verdict: 'reuse', because: 'two_sources' }
  return { verdict: 'replay', next, isAlarm: next.repeatedFrom !== family.repeatedFrom }
}

const burstMs = rotationBurst * rotationPaceSeconds * 1000

/** The generic cell rate algorithm: one instant is the whole memory. A clock that was set back makes nobody wait for the old time (L08). */
function pacedAfter({ pacedUntil }: RefreshFamily, now: Date): Date {
  const aheadMs = (pacedUntil ?? now).getTime() - now.getTime()
  const countsMs = aheadMs > burstMs + clockToleranceSeconds * 1000 ? 0 : Math.min(Math.max(0, aheadMs), burstMs)
  return new Date(now.getTime() + countsMs + rotationPaceSeconds * 1000)
}

/** The family after a rotation. One that only a single source took part in shows that nobody else keeps up. */
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
 * The family after a repeat. Its source counts if it is the first other one since the last rotation, unless it repeats that very refresh: its
 * secret was made for it and is in no copy of a token, so this is the terminal whose answer was lost, in whatever network it is by now.
 */
function repeated(family: RefreshFamily, { source, attemptHash }: Presenter): RefreshFamily {
  const next = { ...family, replays: family.replays + 1 }
  const isSameRefresh = attemptHash !== null && attemptHash === family.attemptHash
  const isSameSource = family.rotatedFrom === null || family.rotatedFrom === source
  const isKnown = isSameRefresh || isSameSource || family.repeatedFrom !== null
  return isKnown ? next : { ...next, repeatedFrom: source, sharedRotations: family.sharedRotations + 1 }
}

/**
 * The generation of a token from before there were any, in a family that begins at 0: the unused one is 0, the one it came of -1, so that
 * an answer that was lost over the upgrade can be repeated.
 */
export function oldGeneration({ usedAt, successorUsedAt }: OldRefreshToken): number {
  if (usedAt === null) return 0
  return successorUsedAt === null ? -1 : -2
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
