/**
 * The device authorization as a pure state machine: `pending → authorized → consumed`, `pending → denied`. A decision is final. "Expired"
 * is computed from the clock, and final once an operation has seen it and recorded `endedAt`. Each function takes a row and the time and
 * returns the next row or a verdict.
 */
import type { Approval } from '@osa/contract'
import { clockToleranceSeconds, deviceCodeOverlapSeconds } from './policy.ts'
import type { DeviceAuthorization } from './rows.ts'
import type { Sealed } from './secret.ts'

/** How much before the end of the interval a poll may come, so that varying latency does not slow down an honest client (B03). */
export const pollToleranceMs = 1_000
/** RFC 8628 §3.5. */
export const slowDownStepSeconds = 5

/** The initial values of the fields that later steps set. */
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

/** Whether it has expired, was seen expired before the clock was set back (L08), or was ended by the operator. */
export const isExpired = (row: DeviceAuthorization, now: Date): boolean => row.endedAt !== null || now >= row.expiresAt

/** Returns the row with its end recorded; null when there is nothing to record. */
export const ended = (row: DeviceAuthorization, now: Date): DeviceAuthorization | null =>
  row.endedAt === null && now >= row.expiresAt ? { ...row, endedAt: now } : null

/**
 * Whether a poll comes too early after the last accepted one. If the last poll lies more than an interval in the future, the clock was set
 * back, and an honest client must not have to wait until it catches up.
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
 * Decides one poll (RFC 8628 §3.5). Even an early poll gets a final answer if there is one. Otherwise an early poll lengthens the interval
 * for good, but does not move the time from which the next one is measured, so that a well-behaved client cannot get stuck (B02, B03).
 */
export function poll(row: DeviceAuthorization, now: Date): Poll {
  // checked before expiry: even after that, a second redemption means that someone has a copy of the code (B09)
  if (row.status === 'consumed') return { outcome: 'redeemed' }
  if (isExpired(row, now)) return { outcome: 'expired' }
  switch (row.status) {
    case 'denied':
      return { outcome: 'denied' }
    case 'authorized':
      // an authorized row always has a person; constraints of the store guarantee it
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
 * Whether a poll of a redeemed code was already under way when the code was redeemed. Then it is a repeat by the same terminal, and the
 * session goes on. If the two polls come from different sources, one of them is not the terminal, however close together they are.
 */
export function overlapped(
  poll: { receivedAt: Date; source: string },
  redemption: { at: Date; source: string | null },
): boolean {
  const sinceMs = poll.receivedAt.getTime() - redemption.at.getTime()
  const wasUnderWay = sinceMs >= -clockToleranceSeconds * 1000 && sinceMs <= deviceCodeOverlapSeconds * 1000
  return wasUnderWay && poll.source === redemption.source
}

/** Returns the row after its tokens were issued. */
export const consume = (row: DeviceAuthorization, familyId: string, now: Date): DeviceAuthorization => ({
  ...row,
  status: 'consumed',
  consumedAt: now,
  familyId,
})

/** Whether a person may claim it: it is pending, not expired, and not claimed by another person (C13). */
export const isClaimable = (row: DeviceAuthorization, now: Date, userId: string | null): boolean =>
  row.status === 'pending' && !isExpired(row, now) && (row.claimedByUserId === null || row.claimedByUserId === userId)

/** Ties it to the person who entered its code, and to the browser session in which they may decide. Approves nothing. */
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
