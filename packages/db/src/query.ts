/**
 * Kysely's typed query builder on MikroORM's connections, for the statements that must hold a guard, a lock or a batch. Its tables and
 * columns are the entities' own, under the names of their properties; a renamed property is a compile error in every statement.
 *
 * The naming is Kysely's `CamelCasePlugin` and not MikroORM's own plugin, which makes the same names but builds a map of every column for
 * each result: 193 µs against 50 µs for reading one row. A test holds the two to each other.
 */
import type { InferKyselyDB, SqlEntityManager } from '@mikro-orm/sql'
import { CamelCasePlugin, type CompiledQuery, type Kysely, type QueryResult } from 'kysely'
import type { Unit } from './connections.ts'
import type { entities } from './entities.ts'

export type Tables = InferKyselyDB<(typeof entities)[number], { columnNamingStrategy: 'property' }>
export type Query = Kysely<Tables>

const propertyNames = new CamelCasePlugin()

/** The query builder on the pool, or on the connection of the transaction that `em` is in. */
export const queryOn = (em: SqlEntityManager): Query => em.getKysely<Tables>().withPlugin(propertyNames)

/**
 * A statement that is built once and not at each call: with forty columns to name, building costs more than sending it. `build` gives the
 * statement for whatever values, each of which is one of its parameters; `parametersOf` names them in the order in which they stand in it.
 */
export function builtOnce<Values, Row>(
  build: (unit: Unit, values: Values) => { compile(): CompiledQuery<Row> },
  parametersOf: (values: Values) => readonly unknown[],
): (unit: Unit, values: Values) => Promise<QueryResult<Row>> {
  let built: CompiledQuery<Row> | undefined
  return (unit, values) => {
    built ??= build(unit, values).compile()
    const parameters = parametersOf(values)
    if (parameters.length !== built.parameters.length) throw new Error('a statement lacks parameters')
    return unit.query.executeQuery<Row>({ ...built, parameters })
  }
}

/** Throws unless the update found its row: whoever saves a row has read it before. */
export async function saved(update: {
  executeTakeFirst(): Promise<{ numUpdatedRows: bigint } | undefined>
}): Promise<void> {
  const result = await update.executeTakeFirst()
  if (Number(result?.numUpdatedRows) !== 1) throw new Error('there is no row with this id to save')
}

/** Whether the insert, which does nothing on conflict, has inserted its row. */
export const inserted = async (insert: {
  executeTakeFirst(): Promise<{ numInsertedOrUpdatedRows?: bigint | undefined } | undefined>
}): Promise<boolean> => Number((await insert.executeTakeFirst())?.numInsertedOrUpdatedRows) === 1
