/** The answer to one poll of a device code, and the writes that come with it (RFC 8628 §3.4, §3.5). */
import type { TokenResponse } from '@osa/contract'
import { type AuthDependencies, auditEvent } from './dependencies.ts'
import { consume, ended, overlapped, poll } from './device-authorization.ts'
import type { DeviceGrant } from './device-grant.ts'
import { stale } from './guarded.ts'
import { newFamily, tokenDocument } from './issue-tokens.ts'
import type { Requester } from './ports.ts'
import { revoke } from './refresh-token.ts'
import { type Refusal, refuse } from './refusal.ts'
import type { DeviceAuthorization } from './rows.ts'
import type { KeyRing } from './signing-keys.ts'
import type { Polled } from './store.ts'

type PollDependencies = AuthDependencies & { readonly ring: KeyRing; readonly deviceGrant: DeviceGrant }

interface Presented extends Polled {
  readonly requester: Requester
  /** When the poll reached this process. */
  readonly receivedAt: Date
}

/** Answers one poll and writes what it changes. Returns `stale` when another poll has changed the row that this one read. */
export async function answerPoll(
  deps: PollDependencies,
  presented: Presented,
): Promise<TokenResponse | Refusal | typeof stale> {
  const { device } = presented
  const now = deps.now()
  const move = (next: DeviceAuthorization) => deps.store.movePolled({ read: device, next })
  const result = poll(device, now)
  switch (result.outcome) {
    case 'expired': {
      const next = ended(device, now)
      if (next && !(await move(next))) return stale
      return refuse('expired_token', 'The device code has expired.', { reason: 'expired' })
    }
    case 'denied':
      return refuse('access_denied', 'The request was denied.')
    case 'redeemed':
      return refuseRedeemed(deps, presented)
    case 'redeem':
      // while the grant is off, an approved code stays pending: it is redeemed later or expires (L10)
      return (await deps.deviceGrant.isOn()) ? redeem(deps, presented) : stillPending()
    case 'slow_down':
      return (await move(result.next)) ? slowDown(result.next.pollIntervalSeconds) : stale
    case 'pending':
      return (await move(result.next)) ? stillPending() : stale
  }
}

const stillPending = () => refuse('authorization_pending', 'Nobody has decided yet.')
export const slowDown = (interval: number) =>
  refuse('slow_down', 'Polling too fast. Wait for the new interval.', { interval })

/** Consumes the code and issues its tokens in one statement (B07, B31). The tokens are signed first, because signing can fail. */
async function redeem(
  deps: PollDependencies,
  { device, owner, requester }: Presented,
): Promise<TokenResponse | Refusal | typeof stale> {
  if (!owner || owner.disabledAt !== null) return refuse('access_denied', 'This account is not allowed to sign in.')
  const { clientId, scope, deviceName } = device
  const family = newFamily(deps, {
    userId: owner.id,
    clientId,
    scope,
    deviceName,
    ip: device.requesterIp,
    approval: device.approval,
    authTime: device.authTime ?? deps.now(),
    rotatedFrom: requester.source,
  })
  const tokens = await tokenDocument(deps, await deps.ring.signer(), { family, scope })
  const details = { userId: owner.id, clientId, deviceAuthorizationId: device.id, familyId: family.id }
  const redeemed = await deps.store.redeemDeviceAuthorization({
    read: device,
    next: consume(device, family.id, deps.now()),
    family,
    event: auditEvent(deps, 'device.redeem', 'ok', requester, details),
  })
  return redeemed ? tokens : stale
}

/** Refuses a second redemption. It ends the session, since one of the two callers was not the terminal, unless both polls overlapped (B09). */
async function refuseRedeemed(
  deps: AuthDependencies,
  { device, requester, receivedAt }: Presented,
): Promise<Refusal | typeof stale> {
  const found = device.familyId === null ? null : await deps.store.findRefreshFamily(device.familyId)
  const redemption = { at: device.consumedAt ?? device.createdAt, source: found?.family.rotatedFrom ?? null }
  if (overlapped({ receivedAt, source: requester.source }, redemption)) {
    return refuse('invalid_grant', 'Another poll at the same moment received the tokens.', { reason: 'unknown' })
  }
  if (found && found.family.revokedAt === null) {
    const { family: read } = found
    const details = { userId: read.userId, clientId: device.clientId, deviceAuthorizationId: device.id }
    const event = auditEvent(deps, 'device.redeem_reuse', 'refused', requester, { ...details, familyId: read.id })
    const next = revoke(read, 'device_code_reuse', deps.now())
    if (!(await deps.store.moveRefreshFamily({ read, next, events: [event] }))) return stale
  }
  return refuse(
    'invalid_grant',
    'This code was already used, so its session was ended: an answer was lost, or someone else has the code.',
    { reason: 'revoked' },
  )
}
