/** `refresh_families`: sessions of terminals. Their tokens are derived from generation and salt. Deleting a person deletes theirs. */
import { defineEntity, p } from '@mikro-orm/core'
import type { RefreshFamily, Sha256 } from '@osa/core'
import { UserEntity } from './user.ts'

export const RefreshFamilyEntity = defineEntity({
  name: 'RefreshFamily',
  tableName: 'refresh_families',
  properties: {
    id: p.uuid().primary(),
    userId: () => p.manyToOne(UserEntity).mapToPk().fieldName('user_id').deleteRule('cascade').index(),
    clientId: p.text(),
    scope: p.text(),
    deviceName: p.text().strictNullable(),
    ip: p.text().strictNullable(),
    approval: p.text().$type<NonNullable<RefreshFamily['approval']>>().strictNullable(),
    authTime: p.datetime(3),
    createdAt: p.datetime(3),
    lastUsedAt: p.datetime(3),
    calledAt: p.datetime(3).strictNullable(),
    // the defaults are for nodes of the previous version while both run
    generation: p.integer().default(0),
    salt: p.text().defaultRaw('(gen_random_uuid())::text'),
    replays: p.integer().default(0),
    rotatedFrom: p.text().strictNullable(),
    repeatedFrom: p.text().strictNullable(),
    attemptHash: p.text().$type<Sha256>().strictNullable(),
    sharedRotations: p.integer().default(0),
    pacedUntil: p.datetime(3).strictNullable(),
    expiresAt: p.datetime(3),
    revokedAt: p.datetime(3).strictNullable(),
    revokedBecause: p
      .enum(['logout', 'reuse', 'session_revoked', 'device_code_reuse', 'operator', 'expired'] as const)
      .strictNullable(),
  },
  checks: [
    {
      name: 'refresh_families_revoked_for_a_reason',
      expression: '(revoked_at is null) = (revoked_because is null)',
    },
  ],
})
