/** The same work with a millisecond between server and PostgreSQL: through one relay, with and without the delay, in turns. */
import pg from 'pg'
import { type Bench, getReady, measureSlice, type Slice } from '../bench.ts'
import type { Relay } from '../relay.ts'
import type { RunningServer } from '../running-server.ts'
import { median, medianRatio } from '../statistics.ts'
import { type Table, whole } from '../table.ts'

const addedDelayMs = 1

/** Measures what the relay really adds to a round trip, in ms. */
async function addedMs(relay: Relay, url: string): Promise<number> {
  const client = new pg.Client({ connectionString: relay.through(url) })
  await client.connect()
  const medianOf = async (delayMs: number): Promise<number> => {
    relay.delayMs = delayMs
    const taken: number[] = []
    for (let time = 0; time < 100; time++) {
      const startedAtMs = performance.now()
      await client.query('select 1')
      taken.push(performance.now() - startedAtMs)
    }
    relay.delayMs = 0
    return median(taken)
  }
  const added = (await medianOf(addedDelayMs)) - (await medianOf(0))
  await client.end()
  return added
}

export async function measureLatency(bench: Bench, relay: Relay, servers: readonly RunningServer[]): Promise<Table> {
  const { connections, rounds, seconds } = bench.options
  const added = await addedMs(relay, bench.postgres.url)
  const rows: string[][] = []
  for (const work of bench.options.works) {
    const row: string[] = [work]
    for (const server of servers) {
      if (work === 'refresh' && server.contestant.refresh === null) {
        row.push('', '', '')
        continue
      }
      await getReady(bench, server, work)
      await bench.load.measure(server.target, work, connections, { seconds: Math.min(1, seconds) })
      const near: Slice[] = []
      const far: Slice[] = []
      for (let round = 0; round < Math.min(2, rounds); round++) {
        near.push(await measureSlice(bench, server, work, connections, { seconds }))
        relay.delayMs = addedDelayMs
        far.push(await measureSlice(bench, server, work, connections, { seconds }))
        relay.delayMs = 0
      }
      const rate = (slices: Slice[]) => slices.map(({ perSecond }) => perSecond)
      const shareLeft = medianRatio(rate(far), rate(near))
      if (server === servers[0]) bench.figure(`${work}, latency`, shareLeft)
      row.push(whole(median(rate(near))), whole(median(rate(far))), shareLeft.toFixed(2))
    }
    rows.push(row)
  }
  return {
    title: 'With a millisecond to PostgreSQL',
    note: `Operations per second through the relay without a delay and with one (a round trip takes ${added.toFixed(1)} ms longer, as measured), and the share that is left.`,
    head: ['work', ...servers.flatMap(({ contestant }) => [contestant.name, 'with 1 ms', 'left'])],
    rows,
  }
}
