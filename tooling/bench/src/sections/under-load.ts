/** The main figures: each kind of work on 50 connections, the servers taking turns. */
import { type Bench, getReady, measureSlice, type Slice } from '../bench.ts'
import type { Work } from '../load/job.ts'
import type { RunningServer } from '../running-server.ts'
import { median, medianRatio } from '../statistics.ts'
import { milliseconds, type Table, times, whole } from '../table.ts'

const titles: Readonly<Record<Work, string>> = {
  poll: 'Pending poll, a fleet of codes',
  start: 'Start',
  flow: 'Start, one UPDATE as approval, redeem',
  refresh: 'Refresh',
}

export type Slices = ReadonlyMap<RunningServer, readonly Slice[]>

/** Whether a server can do this work; fixed answers can only do polls. */
const does = ({ contestant }: RunningServer, work: Work): boolean =>
  contestant.tables === 'none' ? work === 'poll' : work !== 'refresh' || contestant.refresh !== null

/** Warms up each server that can do the work, then measures rounds of slices with the servers in turn. */
export async function inTurns(
  bench: Bench,
  servers: readonly RunningServer[],
  work: Work,
  connections = bench.options.connections,
): Promise<Slices> {
  const { seconds, rounds } = bench.options
  const taking = servers.filter((server) => does(server, work))
  const slices = new Map<RunningServer, Slice[]>(taking.map((server) => [server, []]))
  for (const server of taking) {
    await getReady(bench, server, work)
    await bench.load.measure(server.target, work, connections, { seconds: Math.min(1, seconds) })
  }
  for (let round = 0; round < rounds; round++) {
    for (const [server, taken] of slices) taken.push(await measureSlice(bench, server, work, connections, { seconds }))
  }
  return slices
}

export function loadTable(bench: Bench, work: Work, slices: Slices): Table {
  const [osa] = [...slices.values()]
  const of = (taken: readonly Slice[], name: keyof Slice) => taken.map((slice) => slice[name])
  const timesOf = (taken: readonly Slice[]) => medianRatio(of(osa ?? [], 'perSecond'), of(taken, 'perSecond'))
  for (const [{ contestant }, taken] of slices) bench.figure(`${work}, ${contestant.name}`, timesOf(taken))
  bench.figure(`${work}, server µs`, median(of(osa ?? [], 'serverMicros')))
  bench.figure(`${work}, PostgreSQL µs`, median(of(osa ?? [], 'postgresMicros')))
  return {
    title: titles[work],
    note: 'The last column is the speed of the OSA node relative to this server.',
    head: ['server', 'per second', 'CPU µs, server', 'CPU µs, PostgreSQL', 'p50 ms', 'p99 ms', 'MB', 'OSA node'],
    rows: [...slices].map(([{ contestant }, taken]) => [
      contestant.name,
      whole(median(of(taken, 'perSecond'))),
      whole(median(of(taken, 'serverMicros'))),
      whole(median(of(taken, 'postgresMicros'))),
      milliseconds(median(of(taken, 'p50Ms'))),
      milliseconds(median(of(taken, 'p99Ms'))),
      whole(median(of(taken, 'megabytes'))),
      osa === taken ? '' : times(timesOf(taken)),
    ]),
  }
}
