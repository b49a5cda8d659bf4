/** Passes rows of values to a statement as a table, with one list for each column, so that its text is the same for any number of rows. */
import type { EntitySchema } from '@mikro-orm/core'
import type { Selectable } from 'kysely'
import type { Unit } from './connections.ts'
import type { Tables } from './query.ts'
import { tableOfLists } from './raw-statements.ts'

/** A column of such a table. */
export interface ListColumn<Value> {
  /** Returns its PostgreSQL type. */
  readonly typeIn: (unit: Unit) => string
  /** Never set; it carries the type for the compiler. */
  readonly value?: Value
}

export const integer: ListColumn<number> = { typeIn: () => 'int' }

/** Returns list columns with the types of the columns of `table`. */
export function columnsOf<Table extends keyof Tables & string>(_table: Table, entity: EntitySchema) {
  type Row = Selectable<Tables[Table]>
  const { properties, className } = entity.init().meta
  const typeOf = (property: string) => (unit: Unit) => {
    const [type] = unit.em.getMetadata().get(entity).properties[property]?.columnTypes ?? []
    if (type === undefined) throw new Error(`${className}.${property} is not a column`)
    return type
  }
  return Object.fromEntries(Object.keys(properties).map((property) => [property, { typeIn: typeOf(property) }])) as {
    readonly [Property in keyof Row]-?: ListColumn<Row[Property]>
  }
}

type RowOf<Columns> = {
  readonly [Name in keyof Columns]: Columns[Name] extends ListColumn<infer Value> ? Value : never
}

/** Describes lists of rows with these columns, for `builtOnce`: `table` is the body of a CTE, `parameters` are the values in it. */
export function listOf<Columns extends Record<string, ListColumn<unknown>>>(columns: Columns) {
  const names = Object.keys(columns) as (keyof Columns & string)[]
  const parameters = (rows: readonly RowOf<Columns>[]): unknown[][] => names.map((name) => rows.map((row) => row[name]))
  return {
    names,
    parameters,
    table: (unit: Unit, rows: readonly RowOf<Columns>[]) =>
      tableOfLists<RowOf<Columns>>(
        names,
        names.map((name) => columns[name]?.typeIn(unit) ?? ''),
        parameters(rows),
      ),
  }
}
