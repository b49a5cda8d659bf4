/** The run's PostgreSQL: a database for each server, and what it costs. */
import { runOn, startPostgres } from '@osa/db/testing'
import { cpuOfFamily } from './processes.ts'

export { runOn } from '@osa/db/testing'

export interface BenchPostgres extends AsyncDisposable {
  /** The server's own address, for a relay. */
  readonly url: string
  readonly version: string
  /** A new, empty database. */
  createDatabase(): Promise<string>
  /** CPU time of all its processes so far, in µs. */
  cpu(): number
}

export async function startBenchPostgres(): Promise<BenchPostgres> {
  const server = await startPostgres()
  // vacuums come between the measurements, not into them
  await runOn(server.url(), 'alter system set autovacuum = off')
  await runOn(server.url(), 'select pg_reload_conf()')
  const ask = async (expression: string): Promise<string> =>
    String((await runOn(server.url(), `select ${expression} as value`)).rows[0]?.value)
  const pid = Number((await ask(`split_part(pg_read_file('postmaster.pid'), E'\\n', 1)`)).trim())
  const version = await ask(`current_setting('server_version')`)
  let databases = 0
  return {
    url: server.url(),
    version,
    createDatabase: async () => {
      const name = `bench_${++databases}`
      await runOn(server.url(), `create database ${name}`)
      return server.url(name)
    },
    cpu: () => cpuOfFamily(pid),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}
