/**
 * `refresh_tokens`: tokens from before families had generations, including retired ones, so that a late reuse is recognised (G14). No rows
 * are added. The sweep removes the rows of ended families, so the table is empty `refreshAbsoluteSeconds` (90 days) after the upgrade, and
 * a later release drops it.
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
