/** The guarded writes of polls (RFC 8628 §3.5), redemptions and refreshes. */
import type { AuthStore } from '@osa/core'
import { RefreshFamilyEntity } from './entities/refresh-family.ts'
import type { GuardedWrite } from './guarded.ts'
import { columnsOf } from './listed.ts'

type Poll = Parameters<AuthStore['movePolled']>[0]
type Redemption = Parameters<AuthStore['redeemDeviceAuthorization']>[0]
type FamilyMove = Parameters<AuthStore['moveRefreshFamily']>[0]

export const pollWrite: GuardedWrite<'device_authorizations', Poll> = {
  table: 'device_authorizations',
  guard: ['status', 'pollIntervalSeconds', 'lastPolledAt', 'endedAt'],
  set: ['pollIntervalSeconds', 'lastPolledAt', 'endedAt'],
}

export const redemptionWrite: GuardedWrite<'device_authorizations', Redemption> = {
  table: 'device_authorizations',
  guard: ['status'],
  isNull: 'endedAt',
  set: ['status', 'consumedAt', 'familyId'],
  inserts: { refresh_families: ({ family }) => [family], audit_events: ({ event }) => [event] },
}

/** The columns left in `changing` are those that a rotation, a repeat or a revocation may change; the others are fixed at sign-in. */
const { id, userId, clientId, scope, deviceName, ip, authTime, createdAt, salt, expiresAt, ...changing } = columnsOf(
  'refresh_families',
  RefreshFamilyEntity,
)

/** For refreshes, including those that end the family. */
export const familyWrite: GuardedWrite<'refresh_families', FamilyMove> = {
  table: 'refresh_families',
  guard: ['generation', 'replays'],
  isNull: 'revokedAt',
  set: Object.keys(changing) as (keyof typeof changing)[],
  inserts: { audit_events: ({ events }) => events },
}
