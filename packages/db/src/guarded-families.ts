/** The guarded write for refreshes, including those that end the family. */
import type { AuthStore } from '@osa/core'
import { RefreshFamilyEntity } from './entities/refresh-family.ts'
import { eventColumns, eventsOfRows, insertIfMoved, type OnLocked } from './guarded.ts'
import { columnsOf, listOf } from './listed.ts'
import { builtOnce } from './query.ts'

type FamilyMove = Parameters<AuthStore['moveRefreshFamily']>[0]

const family = columnsOf('refresh_families', RefreshFamilyEntity)
/** The columns left in `changing` are those that a rotation, a repeat or a revocation may change; the others are fixed at sign-in. */
const { id, userId, clientId, scope, deviceName, ip, authTime, createdAt, salt, expiresAt, ...changing } = family
const names = Object.keys(changing) as (keyof typeof changing)[]

const moves = listOf({
  id,
  readGeneration: family.generation,
  readReplays: family.replays,
  ...changing,
})
const moveRow = ({ read, next }: FamilyMove) => ({
  ...next,
  id: read.id,
  readGeneration: read.generation,
  readReplays: read.replays,
})
const eventsOf = ({ read, events }: FamilyMove) => events.map((event) => ({ of: read.id, ...event }))

export const moveFamilies = (onLocked: OnLocked) =>
  builtOnce(
    (unit, all: readonly FamilyMove[]) =>
      unit.query
        .with('requested', () => moves.table(unit, all.map(moveRow)))
        .with('new_events', () => eventsOfRows.table(unit, all.flatMap(eventsOf)))
        .with('unchanged', (db) =>
          db
            .selectFrom('refresh_families as family')
            .innerJoin('requested', 'requested.id', 'family.id')
            .selectAll('requested')
            .whereRef('family.generation', '=', 'requested.readGeneration')
            .whereRef('family.replays', '=', 'requested.readReplays')
            .where('family.revokedAt', 'is', null)
            .orderBy('family.id')
            .forNoKeyUpdate('family')
            .$if(onLocked === 'skip', (rows) => rows.skipLocked()),
        )
        .with('moved', (db) =>
          db
            .updateTable('refresh_families')
            .from('unchanged')
            .set(({ ref }) => Object.fromEntries(names.map((name) => [name, ref(`unchanged.${name}`)])))
            .whereRef('refresh_families.id', '=', 'unchanged.id')
            .returning('refresh_families.id'),
        )
        .with('inserted_events', (db) => insertIfMoved(db, 'audit_events', eventColumns, 'new_events'))
        .selectFrom('moved')
        .select('id'),
    (all) => [...moves.parameters(all.map(moveRow)), ...eventsOfRows.parameters(all.flatMap(eventsOf))],
  )
