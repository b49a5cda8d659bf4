/** `ended_access_tokens`: ids of access tokens that were seen to be over, for a day: a clock set back does not revive them (L08). */
import { defineEntity, p } from '@mikro-orm/core'

export const EndedAccessTokenEntity = defineEntity({
  name: 'EndedAccessToken',
  tableName: 'ended_access_tokens',
  properties: {
    accessTokenId: p.uuid().primary(),
    endedAt: p.datetime(3).index(),
  },
})
