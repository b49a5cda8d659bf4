/** `switches`: settings that an operator has turned on or off for all processes of the node. */
import { defineEntity, p } from '@mikro-orm/core'
import type { SwitchName } from '@osa/core'

export const SwitchEntity = defineEntity({
  name: 'Switch',
  tableName: 'switches',
  properties: {
    name: p.text().$type<SwitchName>().primary(),
    enabled: p.boolean(),
    changedAt: p.datetime(3),
  },
})
