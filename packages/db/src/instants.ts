/**
 * Makes drivers return instants as `Date`s. MikroORM configures drivers to return text and converts it, which the query builder does not;
 * MikroORM accepts dates too.
 */
import { DatabaseUnavailable } from './database-errors.ts'

const timestamptz = 1184

/**
 * Parses an instant in ISO style. Each connection sets that style (postgres.ts); text in any other style is refused with
 * `DatabaseUnavailable`, because day and month could be confused.
 */
export function readInstant(text: string): Date {
  if (/^\d{4,}-\d\d-\d\d \d\d:/.test(text)) return new Date(text)
  throw new DatabaseUnavailable('DateStyle', 'the database sends dates in a DateStyle other than ISO')
}

/** Returns pg's `types` option with instants as `Date`s. */
export const typesWithInstants = (defaults: { getTypeParser(oid: number, format?: 'text' | 'binary'): unknown }) => ({
  getTypeParser: (oid: number, format?: 'text' | 'binary'): unknown =>
    oid === timestamptz && format !== 'binary' ? readInstant : defaults.getTypeParser(oid, format),
})

/** PGlite's `parsers` option. */
export const parsersWithInstants = { [timestamptz]: readInstant }
