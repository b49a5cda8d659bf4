/** Real PostgreSQL behind MikroORM: a pool that gives up in time and recovers by itself. */
import type { Options } from '@mikro-orm/sql'
import pg, { type PoolClient, type QueryResult } from 'pg'
import { typesWithInstants } from './instants.ts'
import { prepareStatements } from './prepared-statements.ts'
import { dropSpentConnections } from './spent-connections.ts'

/** Nothing may hang for ever: each wait has an end, the client's a little later than the server's own. */
const limits = {
  max: 20,
  connectionTimeoutMillis: 5_000,
  idleTimeoutMillis: 30_000,
  query_timeout: 15_000,
  keepAlive: true,
  application_name: 'osa',
} as const

/**
 * What every connection has whatever the server, database or role is set to: the server's own limits, and what reading values depends
 * on. Said when a connection is there, since PgBouncer refuses whoever names them at its start. In its transaction mode it keeps
 * DateStyle, TimeZone, client_encoding and standard_conforming_strings for each client; the others hold by chance there, and nothing
 * depends on them alone: instants.ts refuses dates in another style, transactions name their isolation, and pg reads both forms of bytea.
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
  // each statement is written for an index, so one plan will do for all its values; and the tables that matter are in memory
  plan_cache_mode: 'force_generic_plan',
  random_page_cost: '1.1',
} as const

/** The pool, and the connection that listens for decisions. */
export const connectionsPerProcess = limits.max + 1

/** SQLSTATE `read_only_sql_transaction`, as a write on a standby gets it. */
class OnStandby extends Error {
  readonly code = '25006'
}

/**
 * Rejects on a standby, whose reads may be late: they would let in a session that has ended. Asked once for each connection, since a
 * server ends all of them before it becomes a standby.
 */
async function fixSession(client: PoolClient): Promise<void> {
  const statements = Object.entries(sessionSettings).map(([name, value]) => `set ${name} = '${value}'`)
  const results: unknown = await client.query([...statements, 'select pg_is_in_recovery() as standby'].join('; '))
  // pg answers a text of several statements with a list, which its types do not say
  const last = (results as QueryResult<{ standby: boolean }>[]).at(-1)
  if (last?.rows[0]?.standby !== false) throw new OnStandby('the server is a standby')
}

/** Options for `MikroORM`; the driver is loaded only where it is used. */
export async function postgresOptions(databaseUrl: string, log: (line: string) => void): Promise<Partial<Options>> {
  const { PostgreSqlDriver } = await import('@mikro-orm/postgresql')
  return {
    driver: PostgreSqlDriver,
    clientUrl: databaseUrl,
    // beside `clientUrl`, since only the driver's own parser knows its parameters (sslmode and the like)
    driverOptions: {
      connectionString: databaseUrl,
      ...limits,
      types: typesWithInstants(pg.types),
      onConnect: fixSession,
      onPoolCreated: (pool: pg.Pool) => {
        dropSpentConnections(pool)
        prepareStatements(log)(pool)
      },
    },
  }
}
