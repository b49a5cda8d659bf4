/**
 * Instants come from the database as `Date`s. MikroORM tells drivers to hand them over as text and makes dates of them itself, which the
 * query builder does not; it accepts dates as well.
 */
import { DatabaseUnavailable } from './database-errors.ts'

const timestamptz = 1184

/** Dates in another style would be read wrongly, days for months: each connection asks for ISO (postgres.ts), and nothing else is read. */
export function readInstant(text: string): Date {
  if (/^\d{4,}-\d\d-\d\d \d\d:/.test(text)) return new Date(text)
  throw new DatabaseUnavailable('DateStyle', 'the database sends dates in another DateStyle than ISO')
}

/** For pg's `types`. */
export const typesWithInstants = (defaults: { getTypeParser(oid: number, format?: 'text' | 'binary'): unknown }) => ({
  getTypeParser: (oid: number, format?: 'text' | 'binary'): unknown =>
    oid === timestamptz && format !== 'binary' ? readInstant : defaults.getTypeParser(oid, format),
})

/** For PGlite's `parsers`. */
export const parsersWithInstants = { [timestamptz]: readInstant }
