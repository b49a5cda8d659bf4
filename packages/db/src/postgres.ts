/** PostgreSQL for MikroORM: a pool with time limits, which recovers by itself. */
import type { Options } from '@mikro-orm/sql'
import pg, { type PoolClient, type QueryResult } from 'pg'
import { typesWithInstants } from './instants.ts'
import { prepareStatements } from './prepared-statements.ts'
import { closeUnusableConnections } from './unusable-connections.ts'

/** Every wait has a limit, so that nothing hangs; the client's limit is a little longer than the server's. */
const limits = {
  max: 20,
  connectionTimeoutMillis: 5_000,
  idleTimeoutMillis: 30_000,
  query_timeout: 15_000,
  keepAlive: true,
  application_name: 'osa',
} as const

/**
 * Settings of every connection, whatever the server, database or role is set to: time limits, and the settings that parsing values depends
 * on. They are set after connecting, because PgBouncer refuses them as startup parameters. In transaction mode PgBouncer preserves only
 * DateStyle, TimeZone, client_encoding and standard_conforming_strings for each client. Correctness does not depend on the others:
 * instants.ts refuses dates in another style, transactions set their isolation level, and pg reads both forms of bytea.
 */
const sessionSettings = {
  statement_timeout: '10s',
  lock_timeout: '8s',
  idle_in_transaction_session_timeout: '15s',
  DateStyle: 'ISO, YMD',
  IntervalStyle: 'postgres',
  TimeZone: 'UTC',
  bytea_output: 'hex',
  standard_conforming_strings: 'on',
  client_encoding: 'UTF8',
  extra_float_digits: '1',
  default_transaction_isolation: 'read committed',
  default_transaction_deferrable: 'off',
  transform_null_equals: 'off',
  // every statement uses an index, so one plan fits all values; and the tables that matter are in memory
  plan_cache_mode: 'force_generic_plan',
  random_page_cost: '1.1',
} as const

/** The pool's connections, and the one that listens for decisions. */
export const connectionsPerProcess = limits.max + 1

/** Has SQLSTATE `read_only_sql_transaction`, like the error of a write on a standby. */
class OnStandby extends Error {
  readonly code = '25006'
}

/**
 * Applies the settings. Rejects on a standby, whose reads may be out of date and would accept a session that has ended. One check for
 * each connection is enough, because a server closes all connections before it becomes a standby.
 */
async function configureSession(client: PoolClient): Promise<void> {
  const statements = Object.entries(sessionSettings).map(([name, value]) => `set ${name} = '${value}'`)
  const results: unknown = await client.query([...statements, 'select pg_is_in_recovery() as standby'].join('; '))
  // for several statements pg returns an array of results, which its types do not declare
  const last = (results as QueryResult<{ standby: boolean }>[]).at(-1)
  if (last?.rows[0]?.standby !== false) throw new OnStandby('the server is a standby')
}

/** Returns options for `MikroORM`. Loads the driver only when called. */
export async function postgresOptions(databaseUrl: string, log: (line: string) => void): Promise<Partial<Options>> {
  const { PostgreSqlDriver } = await import('@mikro-orm/postgresql')
  return {
    driver: PostgreSqlDriver,
    clientUrl: databaseUrl,
    // the URL is given to the driver too, because only its own parser knows parameters such as sslmode
    driverOptions: {
      connectionString: databaseUrl,
      ...limits,
      types: typesWithInstants(pg.types),
      onConnect: configureSession,
      onPoolCreated: (pool: pg.Pool) => {
        closeUnusableConnections(pool)
        prepareStatements(log)(pool)
      },
    },
  }
}
