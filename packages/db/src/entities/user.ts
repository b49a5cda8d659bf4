/** `users`: people and their roles at this node. */
import { defineEntity, p } from '@mikro-orm/core'

export const UserEntity = defineEntity({
  name: 'User',
  tableName: 'users',
  properties: {
    id: p.uuid().primary(),
    displayName: p.text().strictNullable(),
    role: p.enum(['user', 'publisher', 'admin'] as const),
    createdAt: p.datetime(3),
    disabledAt: p.datetime(3).strictNullable(),
    sessionsSeenAt: p.datetime(3).strictNullable(),
  },
})
