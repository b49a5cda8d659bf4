/** Latency on one connection without other load, as a person's command sees it. */
import type { Bench } from '../bench.ts'
import type { RunningServer } from '../running-server.ts'
import { median } from '../statistics.ts'
import { milliseconds, type Table } from '../table.ts'
import { inTurns } from './under-load.ts'

export async function measureAlone(bench: Bench, servers: readonly RunningServer[]): Promise<Table> {
  const quick = { ...bench, options: { ...bench.options, seconds: Math.min(1, bench.options.seconds) } }
  const columns = servers.filter(({ contestant }) => contestant.tables !== 'none')
  const rows: string[][] = []
  for (const work of bench.options.works) {
    const slices = await inTurns(quick, columns, work, 1)
    const medians = columns.map((server) => median((slices.get(server) ?? []).map(({ p50Ms }) => p50Ms)))
    const [osa = Number.NaN, oidcProvider = Number.NaN] = medians
    bench.figure(`${work}, alone`, osa / oidcProvider)
    rows.push([work, ...medians.map((value) => (Number.isNaN(value) ? '' : milliseconds(value)))])
  }
  return {
    title: 'One connection alone',
    note: 'Median milliseconds of one operation.',
    head: ['work', ...columns.map(({ contestant }) => contestant.name)],
    rows,
  }
}
