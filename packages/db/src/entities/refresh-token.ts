/**
 * `refresh_tokens`: every token of a family, retired ones too, so that a late reuse is recognised (G14). `successor_id` is a plain
 * reference: a sweep removes a family's tokens in any order.
 */
import { defineEntity, p } from '@mikro-orm/core'
import type { Sha256 } from '@osa/core'
import { RefreshFamilyEntity } from './refresh-family.ts'

export const RefreshTokenEntity = defineEntity({
  name: 'RefreshToken',
  tableName: 'refresh_tokens',
  properties: {
    id: p.uuid().primary(),
    familyId: () => p.manyToOne(RefreshFamilyEntity).mapToPk().fieldName('family_id').deleteRule('cascade').index(),
    tokenHash: p.text().$type<Sha256>().unique(),
    createdAt: p.datetime(3),
    usedAt: p.datetime(3).strictNullable(),
    successorSalt: p.text().strictNullable(),
    successorId: p.uuid().strictNullable(),
    replays: p.integer(),
  },
  checks: [{ name: 'refresh_tokens_replays_counted', expression: 'replays >= 0' }],
})
