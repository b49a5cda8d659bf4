/** What the sections of the bench share: the run's PostgreSQL and load process, and measuring one slice. */
import type { Limit, Work } from './load/job.ts'
import type { Load } from './load/load.ts'
import type { Options } from './options.ts'
import { type BenchPostgres, runOn } from './postgres.ts'
import { cpuOf, residentMegabytes } from './processes.ts'
import type { RunningServer } from './running-server.ts'

export interface Bench {
  readonly options: Options
  readonly postgres: BenchPostgres
  readonly load: Load
  /** Records a figure that an aim refers to. */
  readonly figure: (name: string, value: number) => void
  /** Prints a line of progress. */
  readonly progress: (line: string) => void
}

export interface Slice {
  readonly perSecond: number
  /** CPU time of one operation, in µs, in the server and in PostgreSQL. */
  readonly serverMicros: number
  readonly postgresMicros: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly megabytes: number
}

/** Cleans up a server's database between measurements. */
export async function tidy({ contestant, target: { databaseUrl } }: RunningServer, work: Work): Promise<void> {
  if (databaseUrl === null) return
  const statements = [contestant.tidy, work === 'start' ? contestant.tidyStarts : undefined]
  for (const statement of statements) if (statement) await runOn(databaseUrl, statement)
  await runOn(databaseUrl, 'vacuum (analyze)')
}

/** Prepares what the work needs: new codes, because earlier ones may have expired, or sessions. */
export async function getReady(bench: Bench, server: RunningServer, work: Work): Promise<void> {
  const { load, options } = bench
  await tidy(server, 'start')
  if (work === 'poll' && server.contestant.tables !== 'none') await load.have(server.target, 'codes', options.codes)
  if (work === 'refresh') await load.have(server.target, 'sessions', options.sessions)
}

/** Measures one slice, after cleaning up what the previous one left behind. */
export async function measureSlice(
  { load, postgres, progress }: Bench,
  server: RunningServer,
  work: Work,
  connections: number,
  limit: Limit,
): Promise<Slice> {
  const { contestant, target, pid } = server
  await tidy(server, work)
  const before = { server: cpuOf(pid), postgres: postgres.cpu() }
  const measured = await load.measure(target, work, connections, limit)
  const { operations, seconds, p50Ms, p99Ms, early } = measured
  const slice = {
    perSecond: operations / seconds,
    serverMicros: (cpuOf(pid) - before.server) / operations,
    postgresMicros: (postgres.cpu() - before.postgres) / operations,
    p50Ms,
    p99Ms,
    megabytes: residentMegabytes(pid),
  }
  const slowedDown = early > 0 ? `, ${early} of ${operations} told to slow down` : ''
  progress(`${work}, ${connections} connections, ${contestant.name}: ${Math.round(slice.perSecond)} /s${slowedDown}`)
  return slice
}
