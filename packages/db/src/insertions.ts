/** Insertions of starts and audit events, in batches. */
import type { AuthStore } from '@osa/core'
import { batched } from './batched.ts'
import type { Connections } from './connections.ts'
import { DatabaseRefusal } from './database-errors.ts'
import { AuditEventEntity } from './entities/audit-event.ts'
import { DeviceAuthorizationEntity } from './entities/device-authorization.ts'
import { ReservedUserCodeEntity } from './entities/reserved-user-code.ts'
import { columnsOf, listOf } from './listed.ts'
import { builtOnce } from './query.ts'

type Start = Parameters<AuthStore['startDeviceAuthorization']>[0]
type AuditEvent = Parameters<AuthStore['appendAuditEvent']>[0]

const devices = listOf(columnsOf('device_authorizations', DeviceAuthorizationEntity))
const events = listOf(columnsOf('audit_events', AuditEventEntity))
const reservations = listOf(columnsOf('reserved_user_codes', ReservedUserCodeEntity))

const deviceOf = ({ device }: Start) => device
const eventOf = ({ event }: Start) => event
const reservationOf = ({ device: { userCodeHash }, codeRestsUntil: until }: Start) => ({ userCodeHash, until })

const insertStarts = builtOnce(
  (unit, starts: readonly Start[]) =>
    unit.query
      .with('resting', (db) =>
        db
          .insertInto('reserved_user_codes')
          .columns(reservations.names)
          .expression(reservations.table(unit, starts.map(reservationOf))),
      )
      .with('started', (db) =>
        db
          .insertInto('device_authorizations')
          .columns(devices.names)
          .expression(devices.table(unit, starts.map(deviceOf))),
      )
      .insertInto('audit_events')
      .columns(events.names)
      .expression(events.table(unit, starts.map(eventOf))),
  (starts) => [
    ...reservations.parameters(starts.map(reservationOf)),
    ...devices.parameters(starts.map(deviceOf)),
    ...events.parameters(starts.map(eventOf)),
  ],
)

const insertEvents = builtOnce(
  (unit, all: readonly AuditEvent[]) =>
    unit.query.insertInto('audit_events').columns(events.names).expression(events.table(unit, all)),
  events.parameters,
)

export function insertions({ run }: Connections): Pick<AuthStore, 'startDeviceAuthorization' | 'appendAuditEvent'> {
  const start = batched<Start, boolean>({
    async run(starts) {
      try {
        await run((unit) => insertStarts(unit, starts))
        return starts.map(() => true)
      } catch (error) {
        // nothing was inserted. In a larger batch, repeating each start alone shows which code was taken
        if (starts.length === 1 && isTaken(error)) return [false]
        throw error
      }
    },
  })
  const append = batched<AuditEvent, null>({
    async run(all) {
      await run((unit) => insertEvents(unit, all))
      return all.map(() => null)
    },
  })
  return {
    startDeviceAuthorization: (one) => start(one),
    async appendAuditEvent(event) {
      await append(event)
    },
  }
}

/** Whether a unique column already had the value, so that the statement inserted nothing. */
const isTaken = (error: unknown): boolean => error instanceof DatabaseRefusal && error.code === '23505'
