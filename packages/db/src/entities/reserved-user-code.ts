/** `reserved_user_codes`: user codes, as keyed hashes, that are not given out again until their last copies are stale (C15). */
import { defineEntity, p } from '@mikro-orm/core'
import type { KeyedHash } from '@osa/core'

export const ReservedUserCodeEntity = defineEntity({
  name: 'ReservedUserCode',
  tableName: 'reserved_user_codes',
  properties: {
    userCodeHash: p.text().$type<KeyedHash>().primary(),
    until: p.datetime(3).index(),
  },
})
