/** The time from spawning a server on a database with tables to its first answer, and its idle memory. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Bench } from '../bench.ts'
import type { Contestant } from '../contestants/contestant.ts'
import { openConnection } from '../load/connection.ts'
import { residentMegabytes } from '../processes.ts'
import { prepareDatabase, spawnServer } from '../running-server.ts'
import { median } from '../statistics.ts'
import { type Table, whole } from '../table.ts'

const settledMs = 1_000

interface Start {
  readonly answerMs: number
  readonly idleMegabytes: number
}

async function measureStart(contestant: Contestant, databaseUrl: string): Promise<Start> {
  const startedAtMs = performance.now()
  await using server = await spawnServer(contestant, databaseUrl)
  const connection = openConnection(server.origin)
  const { status, body } = await connection.send(
    contestant.tables === 'none' ? contestant.poll('any') : contestant.start(),
  )
  const answerMs = performance.now() - startedAtMs
  if (status !== 200 && contestant.tables !== 'none') throw new Error(`${contestant.name} answered ${status} ${body}`)
  await connection.close()
  await sleep(settledMs)
  return { answerMs, idleMegabytes: residentMegabytes(server.pid) }
}

export async function measureReady(bench: Bench, contestants: readonly Contestant[]): Promise<Table> {
  const taken = new Map<Contestant, { databaseUrl: string; starts: Start[] }>()
  for (const contestant of contestants) {
    const databaseUrl = await bench.postgres.createDatabase()
    await prepareDatabase(contestant, databaseUrl)
    taken.set(contestant, { databaseUrl, starts: [] })
  }
  for (let round = 0; round < bench.options.starts; round++) {
    for (const [contestant, { databaseUrl, starts }] of taken) {
      const start = await measureStart(contestant, databaseUrl)
      starts.push(start)
      bench.progress(`ready, ${contestant.name}: ${Math.round(start.answerMs)} ms`)
    }
  }
  const medianOf = (starts: Start[], name: keyof Start) => median(starts.map((start) => start[name]))
  const [osa] = [...taken.values()]
  bench.figure('ready, ms', medianOf(osa?.starts ?? [], 'answerMs'))
  bench.figure('ready, MB', medianOf(osa?.starts ?? [], 'idleMegabytes'))
  return {
    title: 'Ready',
    note: 'The time from spawning the process, on a database that has its tables, to the answer to the first start; resident memory a second later.',
    head: ['server', 'first answer, ms', 'idle, MB'],
    rows: [...taken].map(([{ name }, { starts }]) => [
      name,
      whole(medianOf(starts, 'answerMs')),
      whole(medianOf(starts, 'idleMegabytes')),
    ]),
  }
}
