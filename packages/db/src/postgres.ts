/** Real PostgreSQL behind MikroORM: a pool that gives up in time and recovers by itself. */
import type { Options } from '@mikro-orm/sql'
import pg, { type PoolClient } from 'pg'
import { typesWithInstants } from './instants.ts'
import { prepareStatements } from './prepared-statements.ts'

/** Nothing may hang for ever: each wait has an end, the client's a little later than the server's own. */
const limits = {
  max: 20,
  connectionTimeoutMillis: 5_000,
  idleTimeoutMillis: 30_000,
  query_timeout: 15_000,
  keepAlive: true,
  application_name: 'osa',
} as const

/** The server's own limits, said when a connection is there: at its start, PgBouncer refuses whoever names them. */
const setServerLimits = async (client: PoolClient): Promise<void> => {
  await client.query(
    `set statement_timeout = '10s'; set lock_timeout = '8s'; set idle_in_transaction_session_timeout = '15s'`,
  )
}

/** Options for `MikroORM.init`; the driver is loaded only where it is used. */
export const postgresOptions = async (databaseUrl: string, log: (line: string) => void): Promise<Partial<Options>> => {
  const { PostgreSqlDriver } = await import('@mikro-orm/postgresql')
  return {
    driver: PostgreSqlDriver,
    clientUrl: databaseUrl,
    // beside `clientUrl`, since only the driver's own parser knows its parameters (sslmode and the like)
    driverOptions: {
      connectionString: databaseUrl,
      ...limits,
      types: typesWithInstants(pg.types),
      onConnect: setServerLimits,
      onPoolCreated: prepareStatements(log),
    },
  }
}
