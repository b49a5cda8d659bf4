/** Runs operations over many connections, one at a time on each, and measures the time of each. */
import { type Connection, openConnection } from './connection.ts'
import type { Limit, Measured } from './job.ts'
import type { Operation } from './operations.ts'

const quantile = (sorted: Float64Array, share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0

/** Opens connections, runs `work` on each, and closes them. */
export async function withConnections(
  origin: string,
  connections: number,
  work: (connection: Connection, lane: number) => Promise<void>,
): Promise<void> {
  const open = Array.from({ length: connections }, () => openConnection(origin))
  await Promise.all(open.map((connection, lane) => work(connection, lane)))
  await Promise.all(open.map((connection) => connection.close()))
}

export async function run(origin: string, connections: number, limit: Limit, operation: Operation): Promise<Measured> {
  const times: number[] = []
  let early = 0
  let turn = 0
  const startedAtMs = performance.now()
  const isBelowLimit = (): boolean =>
    'seconds' in limit ? performance.now() - startedAtMs < limit.seconds * 1000 : turn < limit.operations
  await withConnections(origin, connections, async (connection, lane) => {
    while (isBelowLimit()) {
      const operationStartedAtMs = performance.now()
      if (await operation(connection, lane, turn++)) early++
      times.push(performance.now() - operationStartedAtMs)
    }
  })
  const seconds = (performance.now() - startedAtMs) / 1000
  const sorted = Float64Array.from(times).sort()
  return { operations: times.length, seconds, p50Ms: quantile(sorted, 0.5), p99Ms: quantile(sorted, 0.99), early }
}
