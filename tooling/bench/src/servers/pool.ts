/** A pool of `pg`'s default size on the database that the bench provides. */
import pg from 'pg'

const { DATABASE_URL: connectionString } = process.env
export const pool: pg.Pool = new pg.Pool({ connectionString })
