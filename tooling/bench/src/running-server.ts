/** A server under test: a separate process with its own database on the run's PostgreSQL. */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { cleanEnvironment, repository } from '@osa/e2e/node-process'
import type { Contestant } from './contestants/contestant.ts'
import type { Target } from './load/job.ts'
import { runOn } from './postgres.ts'

export interface RunningServer extends AsyncDisposable {
  readonly contestant: Contestant
  readonly target: Target
  readonly pid: number
}

/** Node.js options for a server, such as `--cpu-prof`. */
export type NodeOptions = readonly string[]

const environment = (contestant: Contestant, databaseUrl: string) => ({
  ...cleanEnvironment(),
  ...contestant.settings,
  DATABASE_URL: databaseUrl,
})

/** Starts the contestant's program and waits until it prints the address that it listens on. */
export async function spawnServer(
  contestant: Contestant,
  databaseUrl: string,
  options: NodeOptions = [],
): Promise<{ pid: number; origin: string } & AsyncDisposable> {
  const child = spawn(process.execPath, [...options, join(repository, contestant.program)], {
    env: environment(contestant, databaseUrl),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const killAtExit = () => child.kill('SIGKILL')
  process.once('exit', killAtExit)
  const ended = once(child, 'exit')
  const origin = await readyOrigin(createInterface({ input: child.stdout }))
  if (origin === null) throw new Error(`${contestant.name} ended before it was ready`)
  child.stdout.resume()
  return {
    pid: child.pid ?? 0,
    origin,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM')
      await ended
      process.off('exit', killAtExit)
    },
  }
}

async function readyOrigin(lines: AsyncIterable<string>): Promise<string | null> {
  for await (const line of lines) {
    const origin = /ready at (\S+)/.exec(line)?.[1]
    if (origin !== undefined) return origin.replace('localhost', '127.0.0.1')
  }
  return null
}

/** Creates the tables and the person who approves codes. */
export async function prepareDatabase(contestant: Contestant, databaseUrl: string): Promise<void> {
  const env = environment(contestant, databaseUrl)
  if (contestant.tables === 'none') return
  if (contestant.tables === 'start') await (await spawnServer(contestant, databaseUrl))[Symbol.asyncDispose]()
  else await promisify(execFile)(process.execPath, [join(repository, contestant.program), 'prepare'], { env })
  if (contestant.seed !== undefined) await runOn(databaseUrl, contestant.seed)
}

/** Starts a server on a prepared database. `via` is the database's URL through a relay; approvals bypass the relay. */
export async function startServer(
  contestant: Contestant,
  databaseUrl: string,
  { via = databaseUrl, options = [] }: { via?: string; options?: NodeOptions } = {},
): Promise<RunningServer> {
  const server = await spawnServer(contestant, via, options)
  const key = `${contestant.name} ${server.pid}`
  const reachable = contestant.tables === 'none' ? null : databaseUrl
  return {
    contestant,
    pid: server.pid,
    target: { key, contestant: contestant.name, origin: server.origin, databaseUrl: reachable },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}
