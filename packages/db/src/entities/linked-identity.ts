/** `linked_identities`: a person's accounts at identity providers; (issuer, subject) is the account key (E13). */
import { defineEntity, p } from '@mikro-orm/core'
import { UserEntity } from './user.ts'

export const LinkedIdentityEntity = defineEntity({
  name: 'LinkedIdentity',
  tableName: 'linked_identities',
  properties: {
    id: p.uuid().primary(),
    userId: () => p.manyToOne(UserEntity).mapToPk().fieldName('user_id').deleteRule('cascade').index(),
    provider: p.text(),
    issuer: p.text(),
    subject: p.text(),
    createdAt: p.datetime(3),
  },
  uniques: [{ properties: ['issuer', 'subject'] }],
})
