/** The guarded write of refreshes, and of what ends a family on the way. */
import type { AuthStore } from '@osa/core'
import { RefreshFamilyEntity } from './entities/refresh-family.ts'
import { eventColumns, type Held, insertIfMoved, tellings } from './guarded.ts'
import { columnsOf, listOf } from './listed.ts'
import { builtOnce } from './query.ts'

type FamilyMove = Parameters<AuthStore['moveRefreshFamily']>[0]

const family = columnsOf('refresh_families', RefreshFamilyEntity)
/** What was fixed at sign-in; a rotation, a repeat or an end may change all else. */
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
const tellingsOf = ({ read, events }: FamilyMove) => events.map((event) => ({ of: read.id, ...event }))

export const moveFamilies = (held: Held) =>
  builtOnce(
    (unit, all: readonly FamilyMove[]) =>
      unit.query
        .with('asked', () => moves.table(unit, all.map(moveRow)))
        .with('tellings', () => tellings.table(unit, all.flatMap(tellingsOf)))
        .with('standing', (db) =>
          db
            .selectFrom('refresh_families as family')
            .innerJoin('asked', 'asked.id', 'family.id')
            .selectAll('asked')
            .whereRef('family.generation', '=', 'asked.readGeneration')
            .whereRef('family.replays', '=', 'asked.readReplays')
            .where('family.revokedAt', 'is', null)
            .orderBy('family.id')
            .forNoKeyUpdate('family')
            .$if(held === 'pass over', (rows) => rows.skipLocked()),
        )
        .with('moved', (db) =>
          db
            .updateTable('refresh_families')
            .from('standing')
            .set(({ ref }) => Object.fromEntries(names.map((name) => [name, ref(`standing.${name}`)])))
            .whereRef('refresh_families.id', '=', 'standing.id')
            .returning('refresh_families.id'),
        )
        .with('told', (db) => insertIfMoved(db, 'audit_events', eventColumns, 'tellings'))
        .selectFrom('moved')
        .select('id'),
    (all) => [...moves.parameters(all.map(moveRow)), ...tellings.parameters(all.flatMap(tellingsOf))],
  )
