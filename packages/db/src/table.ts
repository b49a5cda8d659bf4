/**
 * One table as fixed SQL texts, made once from its entity: which column a property is kept in, which are instants. Drivers hand
 * instants over as text, here they become `Date`s.
 */
import { DateTimeType, type EntitySchema } from '@mikro-orm/core'
import type { Columns, Sql } from './sql.ts'

export interface Table<Row extends object> {
  readonly name: string
  /** Every column, qualified and aliased with `prefix`, for a SELECT over several tables; read back with `read(…, prefix)`. */
  columns(prefix: string): string
  /** A record as a row. */
  read(record: Columns, prefix?: string): Row
  /** The first row that fits `condition` (`$1`, `$2`, … stand for `values`). */
  findFirst(sql: Sql, condition: string, values: readonly unknown[]): Promise<Row | null>
  findAll(sql: Sql, condition: string, values: readonly unknown[]): Promise<Row[]>
  /**
   * As `findFirst`, locked until the transaction ends. FOR NO KEY UPDATE: it keeps other lockers and writers out, but not the
   * foreign-key checks of rows that merely name this one.
   */
  lockFirst(sql: Sql, condition: string, values: readonly unknown[]): Promise<Row | null>
  insert(sql: Sql, row: Row): Promise<void>
  /** False, and nothing inserted, when a unique column is taken; the transaction stays usable. */
  insertUnlessTaken(sql: Sql, row: Row): Promise<boolean>
  /** Throws when the row is not there: whoever saves has locked it before. */
  save(sql: Sql, row: Row): Promise<void>
}

interface Property {
  readonly name: string
  readonly column: string
  readonly isInstant: boolean
}

const snakeCase = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

/** The properties of an entity in column order, under MikroORM's underscore strategy (a test holds them against its metadata). */
const propertiesOf = (entity: EntitySchema): Property[] =>
  Object.entries(entity.init().meta.properties).map(([name, { type }]) => ({
    name,
    column: snakeCase(name),
    isInstant: (type as unknown) === DateTimeType,
  }))

export const tableOf = <Row extends object>(entity: EntitySchema<Row>): Table<Row> => {
  const properties = propertiesOf(entity as EntitySchema)
  const name = entity.meta.tableName
  const key = properties[0]?.column
  const list = properties.map(({ column }) => column).join(', ')
  const places = properties.map((_, index) => `$${index + 1}`).join(', ')
  const changes = properties.slice(1).map(({ column }, index) => `${column} = $${index + 2}`)
  const select = `select ${list} from ${name} where `
  const insert = `insert into ${name} (${list}) values (${places})`
  const update = `update ${name} set ${changes.join(', ')} where ${key} = $1`

  const valuesOf = (row: Row): unknown[] => properties.map((property) => (row as Columns)[property.name])
  const read = (record: Columns, prefix = ''): Row => {
    const row: Columns = {}
    for (const property of properties) {
      const value = record[prefix + property.column]
      row[property.name] = property.isInstant && value !== null ? new Date(value as string) : value
    }
    return row as Row
  }
  const first = ({ rows: [record] }: { rows: Columns[] }): Row | null => (record ? read(record) : null)

  return {
    name,
    columns: (prefix) => properties.map(({ column }) => `${name}.${column} as ${prefix}${column}`).join(', '),
    read,
    findFirst: async (sql, condition, values) => first(await sql(`${select}${condition} limit 1`, values)),
    findAll: async (sql, condition, values) =>
      (await sql(select + condition, values)).rows.map((record) => read(record)),
    lockFirst: async (sql, condition, values) => first(await sql(`${select}${condition} for no key update`, values)),
    async insert(sql, row) {
      await sql(insert, valuesOf(row))
    },
    async insertUnlessTaken(sql, row) {
      return (await sql(`${insert} on conflict do nothing`, valuesOf(row))).affectedRows === 1
    },
    async save(sql, row) {
      const { affectedRows } = await sql(update, valuesOf(row))
      if (affectedRows !== 1) throw new Error(`${name} has no row with this id to save`)
    },
  }
}
