/** `ended_access_tokens`: ids of access tokens seen to have expired, kept for a day so that a clock set back does not revive them (L08). */
import { defineEntity, p } from '@mikro-orm/core'

export const EndedAccessTokenEntity = defineEntity({
  name: 'EndedAccessToken',
  tableName: 'ended_access_tokens',
  properties: {
    accessTokenId: p.uuid().primary(),
    endedAt: p.datetime(3).index(),
  },
})
