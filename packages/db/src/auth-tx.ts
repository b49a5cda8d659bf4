/** `AuthTx`: rows are read under lock, by fixed statements on one connection. */
import type { AuthTx } from '@osa/core'
import { deviceRows } from './device-rows.ts'
import { peopleRows } from './people-rows.ts'
import type { Sql } from './sql.ts'
import { tables } from './tables.ts'
import { tokenRows } from './token-rows.ts'

export const authTx = (sql: Sql): AuthTx => ({
  ...deviceRows(sql),
  ...peopleRows(sql),
  ...tokenRows(sql),
  async putSwitch(row) {
    if (!(await tables.switches.insertUnlessTaken(sql, row))) await tables.switches.save(sql, row)
  },
  appendAuditEvent: (event) => tables.auditEvents.insert(sql, event),
})
