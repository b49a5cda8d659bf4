/** Implements core's `AuthTx`: a unit of work that locks the rows it reads. */
import type { AuthTx } from '@osa/core'
import type { Unit } from './connections.ts'
import { deviceRows } from './device-rows.ts'
import { AuditEventEntity } from './entities/audit-event.ts'
import { SwitchEntity } from './entities/switch.ts'
import { peopleRows } from './people-rows.ts'
import { tokenRows } from './token-rows.ts'

export const authTx = (unit: Unit): AuthTx => ({
  ...deviceRows(unit),
  ...peopleRows(unit),
  ...tokenRows(unit),
  async putSwitch(row) {
    await unit.em.upsert(SwitchEntity, row)
  },
  async appendAuditEvent(event) {
    await unit.em.insert(AuditEventEntity, event)
  },
})
