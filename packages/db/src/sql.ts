/**
 * How the stores speak to the database: fixed SQL texts with parameters, run on the connections that MikroORM holds.
 *
 * Why not the entity manager: what a sign-in store promises lies in single guarded statements (UPDATE … RETURNING, DELETE … RETURNING,
 * ON CONFLICT, FOR NO KEY UPDATE), its rows are values that no identity map should remember, and a poll must cost little. MikroORM
 * owns entities, migrations, drivers and the pool; every statement and every transaction of a store goes through here.
 */
import { CompiledQuery, type Kysely } from 'kysely'

/** A record as the database names its columns. */
export type Columns = Record<string, unknown>

export interface SqlResult<Row> {
  readonly rows: Row[]
  /** Rows inserted, changed or deleted; 0 for a SELECT. */
  readonly affectedRows: number
}

/** Runs one statement. `text` is a constant of this package; whatever comes from outside is in `values`. */
export type Sql = <Row = Columns>(text: string, values?: readonly unknown[]) => Promise<SqlResult<Row>>

/** Binds SQL to the pool, or to a transaction's connection. */
export const sqlOn = (connection: Kysely<unknown>): Sql => {
  return async <Row>(text: string, values: readonly unknown[] = []) => {
    const result = await connection.executeQuery<Row>(CompiledQuery.raw(text, [...values]))
    return { rows: result.rows, affectedRows: Number(result.numAffectedRows ?? 0) }
  }
}
