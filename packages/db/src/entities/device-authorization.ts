/**
 * `device_authorizations`: pending records of RFC 8628 §3.1. They live for minutes and refer to people, sessions and families without
 * foreign keys, so that long-lived rows are never locked or kept because of them.
 */
import { defineEntity, p } from '@mikro-orm/core'
import type { DeviceAuthorization, KeyedHash, Sealed, Sha256 } from '@osa/core'

export const DeviceAuthorizationEntity = defineEntity({
  name: 'DeviceAuthorization',
  tableName: 'device_authorizations',
  properties: {
    id: p.uuid().primary(),
    deviceCodeHash: p.text().$type<Sha256>().unique(),
    userCodeHash: p.text().$type<KeyedHash>().unique(),
    clientId: p.text(),
    scope: p.text(),
    status: p.enum(['pending', 'authorized', 'denied', 'consumed'] as const),
    createdAt: p.datetime(3),
    expiresAt: p.datetime(3),
    pollIntervalSeconds: p.integer(),
    lastPolledAt: p.datetime(3).strictNullable(),
    requesterIp: p.text(),
    requesterSource: p.text(),
    requesterUserAgent: p.text().strictNullable(),
    deviceName: p.text().strictNullable(),
    loopbackChallenge: p.text().$type<Sha256>().strictNullable(),
    loopbackPort: p.integer().strictNullable(),
    provenBrowserHash: p.text().$type<Sha256>().strictNullable(),
    claimedByUserId: p.uuid().strictNullable(),
    claimedBySessionId: p.uuid().strictNullable(),
    sealedUserCode: p.text().$type<Sealed>().strictNullable(),
    approval: p.text().$type<NonNullable<DeviceAuthorization['approval']>>().strictNullable(),
    decidedAt: p.datetime(3).strictNullable(),
    authTime: p.datetime(3).strictNullable(),
    consumedAt: p.datetime(3).strictNullable(),
    familyId: p.uuid().strictNullable(),
    endedAt: p.datetime(3).strictNullable(),
  },
  indexes: [{ properties: ['expiresAt'] }, { properties: ['requesterSource', 'expiresAt'] }],
  checks: [
    {
      name: 'device_authorizations_decided_by_somebody',
      expression: `status = 'pending' or status = 'denied' or claimed_by_user_id is not null`,
    },
    { name: 'device_authorizations_interval_positive', expression: 'poll_interval_seconds > 0' },
  ],
})
