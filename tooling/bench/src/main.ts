/**
 * `npm run bench`: what a node, its peers and the floors do and cost, measured in turns within one run on one PostgreSQL. Progress goes to
 * standard error, the tables to standard output.
 */

import type { Bench } from './bench.ts'
import { benchStartUp } from './cli-start-up.ts'
import { fixedAnswers, workers } from './contestants/all.ts'
import type { Contestant } from './contestants/contestant.ts'
import { startLoad } from './load/load.ts'
import { type Kind, type Options, readOptions, usage } from './options.ts'
import { startBenchPostgres } from './postgres.ts'
import { startRelay } from './relay.ts'
import { prepareDatabase, type RunningServer, startServer } from './running-server.ts'
import { measureSdk } from './sdk-sizes.ts'
import { measureAlone } from './sections/alone.ts'
import { measureLatency } from './sections/latency.ts'
import { measureRaces } from './sections/races.ts'
import { measureReady } from './sections/ready.ts'
import { countStatements } from './sections/statements.ts'
import { inTurns, loadTable } from './sections/under-load.ts'
import { markdown, type Table } from './table.ts'

const progress = (line: string): void => {
  process.stderr.write(`${line}\n`)
}

/** Starts a server for each, all with databases of their own, and ends them after `work`. */
const withServers = async (
  bench: Bench,
  contestants: readonly Contestant[],
  through: (databaseUrl: string) => string,
  work: (servers: RunningServer[]) => Promise<void>,
): Promise<void> => {
  await using started = new AsyncDisposableStack()
  const servers: RunningServer[] = []
  for (const contestant of contestants) {
    const databaseUrl = await bench.postgres.createDatabase()
    await prepareDatabase(contestant, databaseUrl)
    const { profile } = bench.options
    const options = profile === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`]
    servers.push(started.use(await startServer(contestant, databaseUrl, { via: through(databaseUrl), options })))
  }
  await work(servers)
}

const measure = async (options: Options, show: (table: Table) => void): Promise<void> => {
  await using postgres = await startBenchPostgres()
  await using load = startLoad()
  const bench: Bench = { options, postgres, load, progress }
  const wanted = (...kinds: Kind[]): boolean => kinds.some((kind) => options.only.includes(kind))
  if (wanted('ready')) show(await measureReady(bench, [...workers, ...fixedAnswers]))
  if (wanted('load', 'alone', 'races')) {
    await withServers(
      bench,
      [...workers, ...fixedAnswers],
      (url) => url,
      async (servers) => {
        if (wanted('load')) for (const work of options.works) show(loadTable(work, await inTurns(bench, servers, work)))
        if (wanted('alone')) show(await measureAlone(bench, servers))
        if (wanted('races')) show(await measureRaces(bench, servers.slice(0, workers.length)))
      },
    )
  }
  if (wanted('latency', 'statements')) {
    await using relay = await startRelay(postgres.url)
    await withServers(bench, workers, relay.through, async (servers) => {
      if (wanted('statements')) show(await countStatements(bench, relay, servers))
      if (wanted('latency')) show(await measureLatency(bench, relay, servers))
    })
  }
}

const runBench = async (options: Options): Promise<void> => {
  const show = (table: Table) => process.stdout.write(`${markdown(table)}\n`)
  const say = (name: string, value: string) => process.stdout.write(`${name.padEnd(46)} ${value}\n`)
  // before anything else runs beside them
  if (options.only.includes('cli')) benchStartUp(say, options.cliRounds)
  if (options.only.includes('sdk')) await measureSdk(say)
  await measure(options, show)
}

// what is being ended may hold nothing that keeps this process alive until it is gone
const awake = setInterval(() => undefined, 1_000)
try {
  await runBench(readOptions(process.argv.slice(2)))
} catch (error) {
  // the PostgreSQL package hooks uncaught errors and would end this with 0
  process.stderr.write(`The bench failed: ${error instanceof Error ? error.stack : error}\n\n${usage}`)
  process.exitCode = 1
}
clearInterval(awake)
