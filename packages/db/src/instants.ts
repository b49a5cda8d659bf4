/**
 * Instants come from the database as `Date`s. MikroORM tells drivers to hand them over as text and makes dates of them itself, which the
 * query builder does not; it accepts dates as well.
 */
const timestamptz = 1184

export const readInstant = (text: string): Date => new Date(text)

/** For pg's `types`. */
export const typesWithInstants = (defaults: { getTypeParser(oid: number, format?: 'text' | 'binary'): unknown }) => ({
  getTypeParser: (oid: number, format?: 'text' | 'binary'): unknown =>
    oid === timestamptz && format !== 'binary' ? readInstant : defaults.getTypeParser(oid, format),
})

/** For PGlite's `parsers`. */
export const parsersWithInstants = { [timestamptz]: readInstant }
