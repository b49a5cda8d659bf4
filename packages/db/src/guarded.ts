/**
 * Guarded writes: one statement each, which holds only if what was read still stands, and carries along whatever belongs to it.
 *
 * They go in batches that pass over rows that somebody holds, and what has not held there is tried once more by itself: nobody waits for
 * the lock of another's row, batches never wait for one another, and who is told "too late" has been.
 */
import type { QueryCreator } from 'kysely'
import { batched } from './batched.ts'
import type { Connections, Unit } from './connections.ts'
import { AuditEventEntity } from './entities/audit-event.ts'
import { columnsOf, listOf } from './listed.ts'
import type { Tables } from './query.ts'

/** What a statement does about a row that somebody holds. */
export type Held = 'wait' | 'pass over'

/** A statement for many changes, which resolves to the ids of the rows that it changed. */
export type GuardedStatement<Change> = (unit: Unit, changes: readonly Change[]) => Promise<{ rows: { id: string }[] }>

/** Does one change and says whether it held. Those of one row come one after another, so that none is lost in a batch. */
export function guardedWrite<Change extends { readonly read: { readonly id: string } }>(
  { run }: Connections,
  statement: (held: Held) => GuardedStatement<Change>,
): (change: Change) => Promise<boolean> {
  const [passingOver, waiting] = [statement('pass over'), statement('wait')]
  const holdInBatch = batched<Change, boolean>({
    keyOf: ({ read }) => read.id,
    async run(changes) {
      const { rows } = await run((unit) => passingOver(unit, changes))
      const held = new Set(rows.map(({ id }) => id))
      return changes.map(({ read }) => held.has(read.id))
    },
  })
  return async (change) =>
    (await holdInBatch(change)) || (await run((unit) => waiting(unit, [change]))).rows.length === 1
}

/** What insertions of audit events name. */
export const eventColumns = columnsOf('audit_events', AuditEventEntity)

/** Audit events, each beside the id of the row whose change it tells of. */
export const tellings = listOf({ of: eventColumns.id, ...eventColumns })

/** Inserts those rows of the CTE `listed` whose `of` is in the CTE `moved`. */
export function insertIfMoved<Table extends 'refresh_families' | 'audit_events'>(
  db: Pick<QueryCreator<Tables>, 'insertInto'>,
  table: Table,
  columns: { readonly [Column in keyof Tables[Table]]: unknown },
  listed: 'openings' | 'tellings',
) {
  const names = Object.keys(columns)
  return db
    .insertInto(table)
    .columns(names as never)
    .expression((eb) =>
      (eb as unknown as QueryCreator<Record<string, Record<string, unknown>>>)
        .selectFrom(listed)
        .innerJoin('moved', 'moved.id', `${listed}.of`)
        .select(names.map((name) => `${listed}.${name}` as const)),
    )
}
