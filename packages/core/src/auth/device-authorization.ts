/**
 * The device authorization as a pure machine: `pending → authorized → consumed`, `pending → denied`. A decision is final;
 * "expired" is the clock's word, and final once it was heard: `endedAt` says so. Each function takes a row and the time and says what follows.
 */
import type { Approval } from '@osa/contract'
import { clockToleranceSeconds, deviceCodeOverlapSeconds } from './policy.ts'
import type { DeviceAuthorization } from './rows.ts'
import type { Sealed } from './secret.ts'

/** A poll is early only if it comes more than this before the interval is up: latency must not slow an honest client (B03). */
export const pollToleranceMs = 1_000
/** RFC 8628 §3.5. */
export const slowDownStepSeconds = 5

/** What a new row has not come to yet. */
export const undecided = {
  provenBrowserHash: null,
  claimedByUserId: null,
  claimedBySessionId: null,
  sealedUserCode: null,
  approval: null,
  decidedAt: null,
  authTime: null,
  consumedAt: null,
  familyId: null,
  endedAt: null,
} satisfies Partial<DeviceAuthorization>

/** Its time is up, or was seen to be up before a clock was set back (L08), or the operator ended it. */
export const isExpired = (row: DeviceAuthorization, now: Date): boolean => row.endedAt !== null || now >= row.expiresAt

/** The row with its end on record; null when there is nothing to record. */
export const ended = (row: DeviceAuthorization, now: Date): DeviceAuthorization | null =>
  row.endedAt === null && now >= row.expiresAt ? { ...row, endedAt: now } : null

/**
 * Whether a poll comes too early after the last accepted one. A last poll that lies more than an interval ahead says only that the
 * clock was set back, and must not make an honest client wait for it to catch up.
 */
function isEarly({ lastPolledAt, pollIntervalSeconds }: DeviceAuthorization, now: Date): boolean {
  if (lastPolledAt === null) return false
  const sinceMs = now.getTime() - lastPolledAt.getTime()
  return sinceMs < pollIntervalSeconds * 1000 - pollToleranceMs && sinceMs > -pollIntervalSeconds * 1000
}

export type Poll =
  | { outcome: 'expired' | 'denied' | 'redeemed' }
  | { outcome: 'redeem'; userId: string }
  | { outcome: 'slow_down' | 'pending'; next: DeviceAuthorization }

/**
 * One poll (RFC 8628 §3.5). A decision is told even to an early poll; otherwise an early one lengthens the interval for good but does not
 * move the time that the next is measured from, so that a well-behaved client cannot get stuck (B02, B03).
 */
export function poll(row: DeviceAuthorization, now: Date): Poll {
  // before the clock is looked at: also after its time a second redemption says that somebody has a copy (B09)
  if (row.status === 'consumed') return { outcome: 'redeemed' }
  if (isExpired(row, now)) return { outcome: 'expired' }
  switch (row.status) {
    case 'denied':
      return { outcome: 'denied' }
    case 'authorized':
      // an authorized row has its person; the store's constraints say so too
      return { outcome: 'redeem', userId: row.claimedByUserId ?? '' }
    case 'pending': {
      return isEarly(row, now)
        ? {
            outcome: 'slow_down',
            next: { ...row, pollIntervalSeconds: row.pollIntervalSeconds + slowDownStepSeconds },
          }
        : { outcome: 'pending', next: { ...row, lastPolledAt: now } }
    }
  }
}

/**
 * Whether a poll of a redeemed code was under way when that was redeemed: a repeat by the same terminal, whose session goes on. Of
 * two pollers from different sources one is not the terminal, however close they come.
 */
export function overlapped(
  poll: { receivedAt: Date; source: string },
  redemption: { at: Date; source: string | null },
): boolean {
  const sinceMs = poll.receivedAt.getTime() - redemption.at.getTime()
  const wasUnderWay = sinceMs >= -clockToleranceSeconds * 1000 && sinceMs <= deviceCodeOverlapSeconds * 1000
  return wasUnderWay && poll.source === redemption.source
}

/** The row after its tokens were issued. */
export const consume = (row: DeviceAuthorization, familyId: string, now: Date): DeviceAuthorization => ({
  ...row,
  status: 'consumed',
  consumedAt: now,
  familyId,
})

/** Whether a person may still take it up: undecided, unexpired, and not another person's (C13). */
export const isClaimable = (row: DeviceAuthorization, now: Date, userId: string | null): boolean =>
  row.status === 'pending' && !isExpired(row, now) && (row.claimedByUserId === null || row.claimedByUserId === userId)

/** Ties it to the person who entered its code, in the browser session in which they may decide. Approves nothing. */
export const claim = (
  row: DeviceAuthorization,
  by: { userId: string; sessionId: string; sealedUserCode: Sealed | null; approval: Approval },
): DeviceAuthorization => ({
  ...row,
  claimedByUserId: by.userId,
  claimedBySessionId: by.sessionId,
  sealedUserCode: by.sealedUserCode,
  approval: by.approval,
})

export const releaseClaim = (row: DeviceAuthorization): DeviceAuthorization => ({
  ...row,
  claimedByUserId: null,
  claimedBySessionId: null,
  sealedUserCode: null,
  approval: null,
})

export const approve = (
  row: DeviceAuthorization,
  by: { authTime: Date; approval: Approval },
  now: Date,
): DeviceAuthorization => ({
  ...row,
  ...by,
  status: 'authorized',
  decidedAt: now,
  sealedUserCode: null,
})

export const deny = (row: DeviceAuthorization, now: Date): DeviceAuthorization => ({
  ...row,
  status: 'denied',
  decidedAt: now,
  sealedUserCode: null,
})
