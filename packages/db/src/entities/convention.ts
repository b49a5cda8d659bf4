/** `conventions`: the address of each convention and the number of its newest version. */
import { defineEntity, p } from '@mikro-orm/core'

export const ConventionEntity = defineEntity({
  name: 'Convention',
  tableName: 'conventions',
  properties: {
    id: p.uuid().primary(),
    slug: p.text().unique(),
    version: p.integer(),
    createdAt: p.datetime(3),
  },
  checks: [
    { name: 'conventions_slug_check', expression: "slug ~ '^[a-z][a-z0-9-]{2,63}$'" },
    { name: 'conventions_version_check', expression: 'version >= 1' },
  ],
})
