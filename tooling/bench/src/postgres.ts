/** The run's PostgreSQL server: makes a database for each contestant, and measures CPU time. */
import { runOn, startPostgres } from '@osa/db/testing'
import { cpuOfFamily } from './processes.ts'

export { runOn } from '@osa/db/testing'

export interface BenchPostgres extends AsyncDisposable {
  /** The server's own URL, for a relay. */
  readonly url: string
  readonly version: string
  /** Creates an empty database and returns its URL. */
  createDatabase(): Promise<string>
  /** Returns the CPU time of all its processes so far, in µs. */
  cpu(): number
}

export async function startBenchPostgres(): Promise<BenchPostgres> {
  const server = await startPostgres()
  // the bench vacuums between measurements instead
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
