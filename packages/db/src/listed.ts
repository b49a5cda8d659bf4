/** Values of many callers as a table of one statement: a list for each column, so that the statement is the same for any number of rows. */
import type { EntitySchema } from '@mikro-orm/core'
import type { Selectable } from 'kysely'
import type { Unit } from './connections.ts'
import type { Tables } from './query.ts'
import { tableOfLists } from './raw-statements.ts'

/** How PostgreSQL sees a column of a list. */
export interface ListColumn<Value> {
  readonly typeIn: (unit: Unit) => string
  /** Never there; for the compiler. */
  readonly value?: Value
}

export const integer: ListColumn<number> = { typeIn: () => 'int' }

/** Columns of lists that are of the same type as the columns of `table`. */
export function columnsOf<Table extends keyof Tables & string>(_table: Table, entity: EntitySchema) {
  type Row = Selectable<Tables[Table]>
  const { properties, className } = entity.init().meta
  const typeOf = (property: string) => (unit: Unit) => {
    const [type] = unit.em.getMetadata().get(entity).properties[property]?.columnTypes ?? []
    if (type === undefined) throw new Error(`${className}.${property} is no column`)
    return type
  }
  return Object.fromEntries(Object.keys(properties).map((property) => [property, { typeIn: typeOf(property) }])) as {
    readonly [Property in keyof Row]-?: ListColumn<Row[Property]>
  }
}

type RowOf<Columns> = {
  readonly [Name in keyof Columns]: Columns[Name] extends ListColumn<infer Value> ? Value : never
}

/** A list of rows with these columns, for `builtOnce`: as the body of a CTE, and as the parameters in it. */
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
