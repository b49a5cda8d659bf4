/** What the sections of the bench share: the run's PostgreSQL and load process, and one slice of measurement. */

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
  /** Notes a figure that an aim is about. */
  readonly figure: (name: string, value: number) => void
  /** A line of progress. */
  readonly progress: (line: string) => void
}

export interface Slice {
  readonly perSecond: number
  /** CPU time of one operation, in µs. */
  readonly serverMicros: number
  readonly postgresMicros: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly megabytes: number
}

/** Puts a server's database in order between measurements. */
export async function tidy({ contestant, target: { databaseUrl } }: RunningServer, work: Work): Promise<void> {
  if (databaseUrl === null) return
  const statements = [contestant.tidy, work === 'start' ? contestant.tidyStarts : undefined]
  for (const statement of statements) if (statement) await runOn(databaseUrl, statement)
  await runOn(databaseUrl, 'vacuum (analyze)')
}

/** Has what the work needs: new codes, since those from before may have expired, or sessions. */
export async function getReady(bench: Bench, server: RunningServer, work: Work): Promise<void> {
  const { load, options } = bench
  await tidy(server, 'start')
  if (work === 'poll' && server.contestant.tables !== 'none') await load.have(server.target, 'codes', options.codes)
  if (work === 'refresh') await load.have(server.target, 'sessions', options.sessions)
}

/** Measures one slice; what the last one left behind is vacuumed before. */
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
  const told = early > 0 ? `, ${early} of ${operations} told to slow down` : ''
  progress(`${work}, ${connections} connections, ${contestant.name}: ${Math.round(slice.perSecond)} /s${told}`)
  return slice
}
