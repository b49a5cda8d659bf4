/** Starts a node and reads its metrics: waiting terminals, refreshes, processor time. */
import { freePort } from '@osa/db/testing/free-port'
import { type NodeProcess, startNode } from './node-process.ts'

export interface MeasuredNode extends NodeProcess {
  readonly adminPort: number
  /** Returns the number of terminals that are waiting for a decision. */
  openWatches(): Promise<number>
  /** Returns the number of refreshes answered with tokens, including replays within the grace period. */
  refreshes(): Promise<number>
  /** Returns the processor time of all threads since the process started, in milliseconds (`process.cpuUsage()`). */
  cpuMs(): Promise<number>
}

export async function startMeasuredNode(settings: Readonly<Record<string, string>>): Promise<MeasuredNode> {
  const adminPort = await freePort()
  const node = await startNode({ ...settings, OSA_ADMIN_PORT: String(adminPort) })
  const read = async (metric: string): Promise<number> => {
    const text = await (await fetch(`http://127.0.0.1:${adminPort}/metrics`)).text()
    const line = text.split('\n').find((one) => one.startsWith(`${metric} `))
    return Number(line?.slice(metric.length) ?? 0)
  }
  return {
    ...node,
    adminPort,
    cpuMs: async () => 1_000 * (await read('process_cpu_seconds_total')),
    openWatches: () => read('osa_device_watches_open'),
    refreshes: () => read('osa_token_requests_total{grant="refresh_token",outcome="ok"}'),
  }
}
