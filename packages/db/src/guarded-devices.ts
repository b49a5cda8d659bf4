/** The guarded writes for polls (RFC 8628 §3.5) and redemptions. */
import type { AuthStore } from '@osa/core'
import { DeviceAuthorizationEntity } from './entities/device-authorization.ts'
import { RefreshFamilyEntity } from './entities/refresh-family.ts'
import { eventColumns, eventsOfRows, insertIfMoved, type OnLocked } from './guarded.ts'
import { columnsOf, listOf } from './listed.ts'
import { builtOnce } from './query.ts'

type Poll = Parameters<AuthStore['movePolled']>[0]
type Redemption = Parameters<AuthStore['redeemDeviceAuthorization']>[0]

const device = columnsOf('device_authorizations', DeviceAuthorizationEntity)
const { id, pollIntervalSeconds, lastPolledAt, endedAt } = device

const polls = listOf({
  id,
  readStatus: device.status,
  readInterval: pollIntervalSeconds,
  readLastPolledAt: lastPolledAt,
  readEndedAt: endedAt,
  pollIntervalSeconds,
  lastPolledAt,
  endedAt,
})

const pollRow = ({ read, next: { pollIntervalSeconds, lastPolledAt, endedAt } }: Poll) => ({
  id: read.id,
  readStatus: read.status,
  readInterval: read.pollIntervalSeconds,
  readLastPolledAt: read.lastPolledAt,
  readEndedAt: read.endedAt,
  pollIntervalSeconds,
  lastPolledAt,
  endedAt,
})

export const movePolls = (onLocked: OnLocked) =>
  builtOnce(
    (unit, changes: readonly Poll[]) =>
      unit.query
        .with('requested', () => polls.table(unit, changes.map(pollRow)))
        .with('unchanged', (db) =>
          db
            .selectFrom('device_authorizations as device')
            .innerJoin('requested', 'requested.id', 'device.id')
            .select(['device.id', 'requested.pollIntervalSeconds', 'requested.lastPolledAt', 'requested.endedAt'])
            .whereRef('device.status', '=', 'requested.readStatus')
            .whereRef('device.pollIntervalSeconds', '=', 'requested.readInterval')
            .whereRef('device.lastPolledAt', 'is not distinct from', 'requested.readLastPolledAt')
            .whereRef('device.endedAt', 'is not distinct from', 'requested.readEndedAt')
            .orderBy('device.id')
            .forNoKeyUpdate('device')
            .$if(onLocked === 'skip', (rows) => rows.skipLocked()),
        )
        .updateTable('device_authorizations')
        .from('unchanged')
        .set(({ ref }) => ({
          pollIntervalSeconds: ref('unchanged.pollIntervalSeconds'),
          lastPolledAt: ref('unchanged.lastPolledAt'),
          endedAt: ref('unchanged.endedAt'),
        }))
        .whereRef('device_authorizations.id', '=', 'unchanged.id')
        .returning('device_authorizations.id'),
    (changes) => polls.parameters(changes.map(pollRow)),
  )

const { status, consumedAt, familyId } = device
const redemptions = listOf({ id, readStatus: status, status, consumedAt, familyId })
const redemptionRow = ({ read, next: { status, consumedAt, familyId } }: Redemption) => ({
  id: read.id,
  readStatus: read.status,
  status,
  consumedAt,
  familyId,
})

const family = columnsOf('refresh_families', RefreshFamilyEntity)
const newFamilies = listOf({ of: id, ...family })
const familyOf = ({ read, family }: Redemption) => ({ of: read.id, ...family })
const eventOf = ({ read, event }: Redemption) => ({ of: read.id, ...event })

export const redeem = (onLocked: OnLocked) =>
  builtOnce(
    (unit, all: readonly Redemption[]) =>
      unit.query
        .with('requested', () => redemptions.table(unit, all.map(redemptionRow)))
        .with('new_families', () => newFamilies.table(unit, all.map(familyOf)))
        .with('new_events', () => eventsOfRows.table(unit, all.map(eventOf)))
        .with('unchanged', (db) =>
          db
            .selectFrom('device_authorizations as device')
            .innerJoin('requested', 'requested.id', 'device.id')
            .select(['device.id', 'requested.status', 'requested.consumedAt', 'requested.familyId'])
            .whereRef('device.status', '=', 'requested.readStatus')
            .where('device.endedAt', 'is', null)
            .orderBy('device.id')
            .forNoKeyUpdate('device')
            .$if(onLocked === 'skip', (rows) => rows.skipLocked()),
        )
        .with('moved', (db) =>
          db
            .updateTable('device_authorizations')
            .from('unchanged')
            .set(({ ref }) => ({
              status: ref('unchanged.status'),
              consumedAt: ref('unchanged.consumedAt'),
              familyId: ref('unchanged.familyId'),
            }))
            .whereRef('device_authorizations.id', '=', 'unchanged.id')
            .returning('device_authorizations.id'),
        )
        .with('inserted_families', (db) => insertIfMoved(db, 'refresh_families', family, 'new_families'))
        .with('inserted_events', (db) => insertIfMoved(db, 'audit_events', eventColumns, 'new_events'))
        .selectFrom('moved')
        .select('id'),
    (all) => [
      ...redemptions.parameters(all.map(redemptionRow)),
      ...newFamilies.parameters(all.map(familyOf)),
      ...eventsOfRows.parameters(all.map(eventOf)),
    ],
  )
