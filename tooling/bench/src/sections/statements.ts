/** How many statements an operation sends to PostgreSQL, counted by the relay: one operation at a time, and on 50 connections. */
import { type Bench, getReady, tidy } from '../bench.ts'
import type { Relay } from '../relay.ts'
import type { RunningServer } from '../running-server.ts'
import type { Table } from '../table.ts'

const operations = { alone: 30, together: 1_000 }

export async function countStatements(bench: Bench, relay: Relay, servers: readonly RunningServer[]): Promise<Table> {
  const rows: string[][] = []
  for (const work of bench.options.works) {
    const row: string[] = [work]
    for (const server of servers) {
      if (work === 'refresh' && server.contestant.refresh === null) {
        row.push('', '')
        continue
      }
      await getReady(bench, server, work)
      const { target } = server
      await tidy(server, work)
      relay.counted()
      await bench.load.measure(target, work, 1, { operations: operations.alone })
      const alone = relay.counted()
      await bench.load.measure(target, work, bench.options.connections, { operations: operations.together })
      const together = relay.counted()
      row.push(
        `${(alone.statements / operations.alone).toFixed(1)} in ${(alone.roundTrips / operations.alone).toFixed(1)}`,
        `${(together.statements / operations.together).toFixed(1)} in ${(together.roundTrips / operations.together).toFixed(1)}`,
      )
      bench.progress(`statements, ${work}, ${server.contestant.name}: ${row.slice(-2).join('; ')}`)
    }
    rows.push(row)
  }
  return {
    title: 'Statements',
    note: 'Statements per operation (including BEGIN and COMMIT) and the number of round trips: one operation at a time, and on 50 connections.',
    head: ['work', ...servers.flatMap(({ contestant }) => [contestant.name, 'of 50'])],
    rows,
  }
}
