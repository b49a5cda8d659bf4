/**
 * Guarded writes: each is one statement, which changes a row only if it is still as it was read, and also inserts the rows that belong to
 * the change.
 *
 * Writes run in batches that skip locked rows; a write that a batch did not apply is then tried once more alone, waiting for the lock. So
 * no write waits for the lock of another row, batches never wait for one another, and a write is reported as too late only if it is.
 */
import type { QueryCreator } from 'kysely'
import { batched } from './batched.ts'
import type { Connections, Unit } from './connections.ts'
import { AuditEventEntity } from './entities/audit-event.ts'
import { columnsOf, listOf } from './listed.ts'
import type { Tables } from './query.ts'

/** What a statement does about a row that another transaction has locked. */
export type OnLocked = 'wait' | 'skip'

/** A statement for many changes. Resolves to the ids of the rows that it changed. */
export type GuardedStatement<Change> = (unit: Unit, changes: readonly Change[]) => Promise<{ rows: { id: string }[] }>

/** Applies one change and resolves to whether its row was still as read. Changes to the same row run in order, so that no batch has two. */
export function guardedWrite<Change extends { readonly read: { readonly id: string } }>(
  { run }: Connections,
  statement: (onLocked: OnLocked) => GuardedStatement<Change>,
): (change: Change) => Promise<boolean> {
  const [skipping, waiting] = [statement('skip'), statement('wait')]
  const applyInBatch = batched<Change, boolean>({
    keyOf: ({ read }) => read.id,
    async run(changes) {
      const { rows } = await run((unit) => skipping(unit, changes))
      const changed = new Set(rows.map(({ id }) => id))
      return changes.map(({ read }) => changed.has(read.id))
    },
  })
  return async (change) =>
    (await applyInBatch(change)) || (await run((unit) => waiting(unit, [change]))).rows.length === 1
}

/** The columns of audit events. */
export const eventColumns = columnsOf('audit_events', AuditEventEntity)

/** Audit events, each with the id (`of`) of the row whose change it records. */
export const eventsOfRows = listOf({ of: eventColumns.id, ...eventColumns })

/** Inserts the rows of the CTE `listed` whose `of` is in the CTE `moved`. */
export function insertIfMoved<Table extends 'refresh_families' | 'audit_events'>(
  db: Pick<QueryCreator<Tables>, 'insertInto'>,
  table: Table,
  columns: { readonly [Column in keyof Tables[Table]]: unknown },
  listed: 'new_families' | 'new_events',
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
