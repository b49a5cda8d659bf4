/** The database that the bench gives a server, behind a pool of `pg`'s default size. */
import pg from 'pg'

const { DATABASE_URL: connectionString } = process.env
export const pool: pg.Pool = new pg.Pool({ connectionString })
