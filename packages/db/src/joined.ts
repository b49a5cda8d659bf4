/** Whole rows of several tables from one SELECT: each column is selected under its table's prefix, and the rows are taken apart again. */
import type { EntitySchema } from '@mikro-orm/core'
import type { Selectable } from 'kysely'
import type { Tables } from './query.ts'

export interface Joined<Row> {
  /** What to give to `select`. Typed as nothing, so that a record tells no column by a name that only `read` knows. */
  readonly columns: readonly never[]
  /** The row of this table in a record. */
  read(record: object): Row
}

/** All columns of `table`; `prefix` is a lower-case word that no other table of the SELECT has. */
export function joined<Table extends keyof Tables & string>(
  table: Table,
  entity: EntitySchema,
  prefix: string,
): Joined<Selectable<Tables[Table]>> {
  const properties = Object.keys(entity.init().meta.properties)
  const nameOf = (property: string): string => `${prefix}${property.charAt(0).toUpperCase()}${property.slice(1)}`
  return {
    columns: properties.map((property) => `${table}.${property} as ${nameOf(property)}` as never),
    read: (record) =>
      Object.fromEntries(
        properties.map((property) => [property, (record as Record<string, unknown>)[nameOf(property)]]),
      ) as Selectable<Tables[Table]>,
  }
}
