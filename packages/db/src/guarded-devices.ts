/** The guarded writes of polls (RFC 8628 §3.5) and redemptions. */
import type { AuthStore } from '@osa/core'
import { DeviceAuthorizationEntity } from './entities/device-authorization.ts'
import { RefreshFamilyEntity } from './entities/refresh-family.ts'
import { eventColumns, type Held, insertIfMoved, tellings } from './guarded.ts'
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

export const movePolls = (held: Held) =>
  builtOnce(
    (unit, changes: readonly Poll[]) =>
      unit.query
        .with('asked', () => polls.table(unit, changes.map(pollRow)))
        .with('standing', (db) =>
          db
            .selectFrom('device_authorizations as device')
            .innerJoin('asked', 'asked.id', 'device.id')
            .select(['device.id', 'asked.pollIntervalSeconds', 'asked.lastPolledAt', 'asked.endedAt'])
            .whereRef('device.status', '=', 'asked.readStatus')
            .whereRef('device.pollIntervalSeconds', '=', 'asked.readInterval')
            .whereRef('device.lastPolledAt', 'is not distinct from', 'asked.readLastPolledAt')
            .whereRef('device.endedAt', 'is not distinct from', 'asked.readEndedAt')
            .orderBy('device.id')
            .forNoKeyUpdate('device')
            .$if(held === 'pass over', (rows) => rows.skipLocked()),
        )
        .updateTable('device_authorizations')
        .from('standing')
        .set(({ ref }) => ({
          pollIntervalSeconds: ref('standing.pollIntervalSeconds'),
          lastPolledAt: ref('standing.lastPolledAt'),
          endedAt: ref('standing.endedAt'),
        }))
        .whereRef('device_authorizations.id', '=', 'standing.id')
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
const openings = listOf({ of: id, ...family })
const openingOf = ({ read, family }: Redemption) => ({ of: read.id, ...family })
const tellingOf = ({ read, event }: Redemption) => ({ of: read.id, ...event })

export const redeem = (held: Held) =>
  builtOnce(
    (unit, all: readonly Redemption[]) =>
      unit.query
        .with('asked', () => redemptions.table(unit, all.map(redemptionRow)))
        .with('openings', () => openings.table(unit, all.map(openingOf)))
        .with('tellings', () => tellings.table(unit, all.map(tellingOf)))
        .with('standing', (db) =>
          db
            .selectFrom('device_authorizations as device')
            .innerJoin('asked', 'asked.id', 'device.id')
            .select(['device.id', 'asked.status', 'asked.consumedAt', 'asked.familyId'])
            .whereRef('device.status', '=', 'asked.readStatus')
            .where('device.endedAt', 'is', null)
            .orderBy('device.id')
            .forNoKeyUpdate('device')
            .$if(held === 'pass over', (rows) => rows.skipLocked()),
        )
        .with('moved', (db) =>
          db
            .updateTable('device_authorizations')
            .from('standing')
            .set(({ ref }) => ({
              status: ref('standing.status'),
              consumedAt: ref('standing.consumedAt'),
              familyId: ref('standing.familyId'),
            }))
            .whereRef('device_authorizations.id', '=', 'standing.id')
            .returning('device_authorizations.id'),
        )
        .with('opened', (db) => insertIfMoved(db, 'refresh_families', family, 'openings'))
        .with('told', (db) => insertIfMoved(db, 'audit_events', eventColumns, 'tellings'))
        .selectFrom('moved')
        .select('id'),
    (all) => [
      ...redemptions.parameters(all.map(redemptionRow)),
      ...openings.parameters(all.map(openingOf)),
      ...tellings.parameters(all.map(tellingOf)),
    ],
  )
