/** Counts the rows that repeated refreshes of sessions leave in the database. */
import { type Bench, getReady } from '../bench.ts'
import type { Contestant } from '../contestants/contestant.ts'
import { runOn } from '../postgres.ts'
import { prepareDatabase, startServer } from '../running-server.ts'
import { type Table, whole } from '../table.ts'

/** Maximum number of refreshes for peers: at their speed a million would take most of an hour. */
const maxForPeers = 20_000
/** Number of refreshes between lines of progress. */
const part = 20_000

type Counts = ReadonlyMap<string, number>

async function countRows(databaseUrl: string): Promise<Counts> {
  const { rows } = await runOn(databaseUrl, `select tablename from pg_tables where schemaname = 'public' order by 1`)
  const counts = new Map<string, number>()
  for (const { tablename } of rows) {
    const counted = await runOn(databaseUrl, `select count(*)::int as count from "${tablename}"`)
    counts.set(tablename, counted.rows[0]?.count)
  }
  return counts
}

/** Returns the tables whose number of rows changed and by how many, except for the audit. */
const grown = (before: Counts, after: Counts): [string, number][] =>
  [...after]
    .map(([table, count]): [string, number] => [table, count - (before.get(table) ?? 0)])
    .filter(([table, more]) => more !== 0 && table !== 'audit_events')

async function countFor(bench: Bench, contestant: Contestant, refreshes: number): Promise<string[]> {
  const { connections, sessions } = bench.options
  const databaseUrl = await bench.postgres.createDatabase()
  await prepareDatabase(contestant, databaseUrl)
  await using server = await startServer(contestant, databaseUrl)
  await getReady(bench, server, 'refresh')
  const before = await countRows(databaseUrl)
  for (let done = 0; done < refreshes; done += part) {
    bench.progress(`kept rows, ${contestant.name}: ${whole(done)} of ${whole(refreshes)} refreshes`)
    await bench.load.measure(server.target, 'refresh', connections, { operations: Math.min(part, refreshes - done) })
  }
  const more = grown(before, await countRows(databaseUrl))
  const sum = more.reduce((total, [, count]) => total + count, 0)
  bench.figure(`rows kept, ${contestant.name}`, sum)
  const named = more.map(([table, count]) => `${table} ${whole(count)}`).join(', ')
  return [contestant.name, whole(sessions), whole(refreshes), whole(sum), named]
}

export async function countKeptRows(bench: Bench, contestants: readonly Contestant[]): Promise<Table> {
  const rows: string[][] = []
  for (const [place, contestant] of contestants.entries()) {
    if (contestant.refresh === null) continue
    const { refreshes } = bench.options
    rows.push(await countFor(bench, contestant, place === 0 ? refreshes : Math.min(maxForPeers, refreshes)))
  }
  return {
    title: 'Rows kept after refreshes',
    note: 'The number of rows that the refreshes added, not counting the audit.',
    head: ['server', 'sessions', 'refreshes', 'added rows', 'in'],
    rows,
  }
}
