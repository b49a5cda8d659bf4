/** `reserved_user_codes`: keyed hashes of user codes that are not issued again until every copy is out of date (C15). */
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
