/** `browser_sessions`: signed-in browsers; they last for minutes. Deleting a person deletes theirs. */
import { defineEntity, p } from '@mikro-orm/core'
import type { Sha256 } from '@osa/core'
import { UserEntity } from './user.ts'

export const BrowserSessionEntity = defineEntity({
  name: 'BrowserSession',
  tableName: 'browser_sessions',
  properties: {
    id: p.uuid().primary(),
    secretHash: p.text().$type<Sha256>().unique(),
    userId: () => p.manyToOne(UserEntity).mapToPk().fieldName('user_id').deleteRule('cascade').index(),
    authTime: p.datetime(3),
    createdAt: p.datetime(3),
    expiresAt: p.datetime(3).index(),
  },
})
