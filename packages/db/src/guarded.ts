/**
 * The hot writes: one statement each, which holds only if what was read still stands, and carries along whatever belongs to it. What is
 * inserted beside an update is selected from that update's result, so that nothing is when it found no row.
 */
import type { AuthStore } from '@osa/core'
import type { ExpressionBuilder, Insertable, QueryCreator } from 'kysely'
import type { Connections } from './connections.ts'
import { DatabaseRefusal } from './database-errors.ts'
import { builtOnce, type Tables } from './query.ts'

type Guarded = Pick<
  AuthStore,
  'startDeviceAuthorization' | 'movePolled' | 'redeemDeviceAuthorization' | 'moveRefreshFamily' | 'findOldRefreshToken'
>

type PolledChange = Parameters<AuthStore['movePolled']>[0]

const updatePolled = builtOnce(
  ({ query }, { read, next }: PolledChange) =>
    query
      .updateTable('device_authorizations')
      .set({
        pollIntervalSeconds: next.pollIntervalSeconds,
        lastPolledAt: next.lastPolledAt,
        endedAt: next.endedAt,
      })
      .where('id', '=', read.id)
      .where('status', '=', read.status)
      .where('pollIntervalSeconds', '=', read.pollIntervalSeconds)
      .where('lastPolledAt', 'is not distinct from', read.lastPolledAt)
      .where('endedAt', 'is not distinct from', read.endedAt),
  ({ read, next }) => [
    next.pollIntervalSeconds,
    next.lastPolledAt,
    next.endedAt,
    read.id,
    read.status,
    read.pollIntervalSeconds,
    read.lastPolledAt,
    read.endedAt,
  ],
)

export const guarded = ({ run }: Connections): Guarded => ({
  async startDeviceAuthorization({ device, codeRestsUntil: until, event }) {
    try {
      await run(({ query }) =>
        query
          .with('resting', (db) =>
            db.insertInto('reserved_user_codes').values({ userCodeHash: device.userCodeHash, until }),
          )
          .with('started', (db) => db.insertInto('device_authorizations').values(device))
          .insertInto('audit_events')
          .values(event)
          .execute(),
      )
      return true
    } catch (error) {
      if (isTaken(error)) return false
      throw error
    }
  },
  async movePolled(change) {
    return Number((await run((unit) => updatePolled(unit, change))).numAffectedRows) === 1
  },
  async redeemDeviceAuthorization({ read, next, family, event }) {
    const { status, consumedAt, familyId } = next
    const redeemed = await run(({ query }) =>
      query
        .with('redeemed', (db) =>
          db
            .updateTable('device_authorizations')
            .set({ status, consumedAt, familyId })
            .where('id', '=', read.id)
            .where('status', '=', read.status)
            .where('endedAt', 'is', null)
            .returning('id'),
        )
        .with('opened', (db) => insertFrom(db, 'redeemed', 'refresh_families', family))
        .with('told', (db) => insertFrom(db, 'redeemed', 'audit_events', event))
        .selectFrom('redeemed')
        .select('id')
        .executeTakeFirst(),
    )
    return redeemed !== undefined
  },
  async moveRefreshFamily({ read, next, events }) {
    const { id, ...columns } = next
    const moved = await run(({ query }) => {
      const moving = query.with('moved', (db) =>
        db
          .updateTable('refresh_families')
          .set(columns)
          .where('id', '=', id)
          .where('generation', '=', read.generation)
          .where('replays', '=', read.replays)
          .where('revokedAt', 'is', null)
          .returning('id'),
      )
      const telling = events.reduce(
        (told, event, index) => told.with(`told${index}`, (db) => insertFrom(db, 'moved', 'audit_events', event)),
        moving,
      )
      return telling.selectFrom('moved').select('id').executeTakeFirst()
    })
    return moved !== undefined
  },
  async findOldRefreshToken(hash) {
    const token = await run(({ query }) =>
      query
        .selectFrom('refresh_tokens as token')
        .leftJoin('refresh_tokens as successor', 'successor.id', 'token.successorId')
        .select(['token.familyId', 'token.usedAt', 'successor.usedAt as successorUsedAt'])
        .where('token.tokenHash', '=', hash)
        .executeTakeFirst(),
    )
    return token ?? null
  },
})

/** Inserts a row for each one that the CTE `guard` has found: one, or none when the guard does not hold. */
const insertFrom = <Table extends 'refresh_families' | 'audit_events'>(
  db: Pick<QueryCreator<Tables>, 'insertInto'>,
  guard: string,
  table: Table,
  row: Insertable<Tables[Table]>,
) => {
  const columns = Object.keys(row) as (keyof Tables[Table] & string)[]
  return db
    .insertInto(table)
    .columns(columns as never)
    .expression((eb) =>
      (eb as unknown as ExpressionBuilder<Record<string, Record<string, unknown>>, string>)
        .selectFrom(guard)
        .select(({ val }) => Object.entries(row).map(([column, value]) => val(value).as(column))),
    )
}

/** A unique column had the value already: the statement has done nothing. */
const isTaken = (error: unknown): boolean => error instanceof DatabaseRefusal && error.code === '23505'
