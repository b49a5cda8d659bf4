/**
 * Guarded writes: each is one statement, which changes a row only if it is still as it was read, and also inserts the rows that belong to
 * the change.
 *
 * Writes run in batches that skip locked rows; a write that a batch did not apply is then tried once more alone, waiting for the lock. So
 * no write waits for the lock of another row, batches never wait for one another, and a write is reported as too late only if it is.
 */
import type { OperationNodeSource, QueryCreator, Selectable } from 'kysely'
import { batched } from './batched.ts'
import type { Connections, Unit } from './connections.ts'
import { AuditEventEntity } from './entities/audit-event.ts'
import { DeviceAuthorizationEntity } from './entities/device-authorization.ts'
import { RefreshFamilyEntity } from './entities/refresh-family.ts'
import { columnsOf, type ListColumn, listOf } from './listed.ts'
import { builtOnce, type Tables } from './query.ts'

type Row<Table extends keyof Tables> = Selectable<Tables[Table]>

/** A change of a row of `Table` from `read` to `next`. */
interface Change<Table extends GuardedTable> {
  readonly read: Row<Table> & { readonly id: string }
  readonly next: Row<Table>
}
type GuardedTable = 'device_authorizations' | 'refresh_families'
type InsertedTable = 'refresh_families' | 'audit_events'

/** Describes a guarded write. */
export interface GuardedWrite<Table extends GuardedTable, C extends Change<Table>> {
  readonly table: Table
  /** The columns that must still have the values of `read`. */
  readonly guard: readonly (keyof Row<Table> & string)[]
  /** A column that must still be null. */
  readonly isNull?: keyof Row<Table> & string
  /** The columns that get the values of `next`. */
  readonly set: readonly (keyof Row<Table> & string)[]
  /** The rows that a change inserts, by table. */
  readonly inserts?: { readonly [Inserted in InsertedTable]?: (change: C) => readonly Row<Inserted>[] }
}

/** Returns the function that applies one change, and resolves to whether its row was still as read. */
export function guardedWrite<Table extends GuardedTable, C extends Change<Table>>(
  { run }: Connections,
  write: GuardedWrite<Table, C>,
): (change: C) => Promise<boolean> {
  const [skipping, waiting] = [statementOf(write, 'skip'), statementOf(write, 'wait')]
  const applyInBatch = batched<C, boolean>({
    // changes to the same row run in order, so that no batch has two
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

type Columns = Readonly<Record<string, ListColumn<unknown>>>
type Values = Readonly<Record<string, unknown>>
/** Kysely cannot type a table that is chosen at run time. `GuardedWrite` has checked the names. */
type Untyped = QueryCreator<Record<string, Record<string, unknown>>>

const columns: Readonly<Record<GuardedTable | InsertedTable, Columns>> = {
  device_authorizations: columnsOf('device_authorizations', DeviceAuthorizationEntity),
  refresh_families: columnsOf('refresh_families', RefreshFamilyEntity),
  audit_events: columnsOf('audit_events', AuditEventEntity),
}

const readName = (column: string): string => `read${column.charAt(0).toUpperCase()}${column.slice(1)}`

/**
 * Makes the statement for many changes: locks the rows that are unchanged, changes them, inserts the rows that belong to these changes, and
 * returns the ids of the changed rows.
 */
function statementOf<Table extends GuardedTable, C extends Change<Table>>(
  { table, guard, isNull, set, inserts = {} }: GuardedWrite<Table, C>,
  onLocked: 'wait' | 'skip',
) {
  const target: string = table
  const ofTarget = columns[table]
  const requested = listOf(
    Object.fromEntries([
      ['id', ofTarget.id],
      ...guard.map((column) => [readName(column), ofTarget[column]]),
      ...set.map((column) => [column, ofTarget[column]]),
    ]) as Columns,
  )
  const requestOf = ({ read, next }: C): Values => {
    const values: Record<string, unknown> = { id: read.id }
    for (const column of guard) values[readName(column)] = read[column]
    for (const column of set) values[column] = next[column]
    return values
  }
  const inserted = Object.entries(inserts).map(([into, rowsOf]) => ({
    into,
    names: Object.keys(columns[into as InsertedTable]),
    // each row has the id (`of`) of the row whose change inserts it
    list: listOf({ of: ofTarget.id, ...columns[into as InsertedTable] } as Columns),
    rowsOf: (change: C): Values[] => rowsOf(change).map((row) => ({ of: change.read.id, ...row })),
  }))

  const build = (unit: Unit, changes: readonly C[]) => {
    let query = unit.query as unknown as Untyped
    const addCte = (name: string, body: (db: Untyped) => OperationNodeSource): void => {
      query = query.with(name, body as never) as unknown as Untyped
    }
    addCte('requested', () => requested.table(unit, changes.map(requestOf)))
    for (const { into, list, rowsOf } of inserted) {
      addCte(`new_${into}`, () => list.table(unit, changes.flatMap(rowsOf)))
    }
    addCte('unchanged', (db) => {
      let rows = db
        .selectFrom(`${target} as row`)
        .innerJoin('requested', 'requested.id', 'row.id')
        .select(['row.id', ...set.map((column) => `requested.${column}`)])
        .orderBy('row.id')
        .forNoKeyUpdate('row')
      for (const column of guard) {
        rows = rows.whereRef(`row.${column}`, 'is not distinct from', `requested.${readName(column)}`)
      }
      if (isNull !== undefined) rows = rows.where(`row.${isNull}`, 'is', null)
      return onLocked === 'skip' ? rows.skipLocked() : rows
    })
    addCte('changed', (db) =>
      db
        .updateTable(target)
        .from('unchanged')
        .set(({ ref }) => Object.fromEntries(set.map((column) => [column, ref(`unchanged.${column}`)])))
        .whereRef(`${target}.id`, '=', 'unchanged.id')
        .returning(`${target}.id`),
    )
    for (const { into, names } of inserted) {
      addCte(`inserted_${into}`, (db) =>
        db
          .insertInto(into)
          .columns(names)
          .expression((eb) =>
            (eb as unknown as Untyped)
              .selectFrom(`new_${into} as added`)
              .innerJoin('changed', 'changed.id', 'added.of')
              .select(names.map((column) => `added.${column}`)),
          ),
      )
    }
    return query.selectFrom('changed').select('id').$castTo<{ id: string }>()
  }
  return builtOnce(build, (changes: readonly C[]) => [
    ...requested.parameters(changes.map(requestOf)),
    ...inserted.flatMap(({ list, rowsOf }) => list.parameters(changes.flatMap(rowsOf))),
  ])
}
