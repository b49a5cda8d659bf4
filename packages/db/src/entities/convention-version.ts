/**
 * `convention_versions`: what was deployed, as the canonical text that was hashed (`text`, because `jsonb` would change it). A row never
 * changes, except that the reference to a person is cleared when their account is deleted.
 */
import { defineEntity, p } from '@mikro-orm/core'
import { ConventionEntity } from './convention.ts'
import { UserEntity } from './user.ts'

export const ConventionVersionEntity = defineEntity({
  name: 'ConventionVersion',
  tableName: 'convention_versions',
  properties: {
    id: p.uuid().primary(),
    conventionId: () => p.manyToOne(ConventionEntity).mapToPk().fieldName('convention_id').deleteRule('cascade'),
    version: p.integer(),
    title: p.text(),
    description: p.text(),
    schemaId: p.text(),
    schemaVersion: p.text(),
    hookNames: p.text(),
    contentHash: p.text(),
    deployedBy: () =>
      p.manyToOne(UserEntity).mapToPk().fieldName('deployed_by').deleteRule('set null').strictNullable().index(),
    createdAt: p.datetime(3),
    manifest: p.text(),
  },
  uniques: [{ properties: ['conventionId', 'version'] }],
  checks: [{ name: 'convention_versions_version_check', expression: 'version >= 1' }],
})
