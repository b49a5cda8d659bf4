/**
 * `npm run bench`: measures the speed and cost of a node, its peers and the floors, in turns within one run on one PostgreSQL. Progress
 * goes to standard error, tables to standard output.
 */
import { aimsTable } from './aims.ts'
import type { Bench } from './bench.ts'
import { benchStartUp } from './cli-start-up.ts'
import { fixedAnswers, workers } from './contestants/all.ts'
import type { Contestant } from './contestants/contestant.ts'
import { startLoad } from './load/load.ts'
import { describeRun } from './machine.ts'
import { type Kind, type Options, readOptions, usage } from './options.ts'
import { startBenchPostgres } from './postgres.ts'
import { startRelay } from './relay.ts'
import { writeReport } from './report.ts'
import { prepareDatabase, type RunningServer, startServer } from './running-server.ts'
import { measureSdk } from './sdk-sizes.ts'
import { measureAlone } from './sections/alone.ts'
import { countKeptRows } from './sections/kept-rows.ts'
import { measureLatency } from './sections/latency.ts'
import { measureOldRows } from './sections/old-rows.ts'
import { measureRaces } from './sections/races.ts'
import { measureReady } from './sections/ready.ts'
import { countStatements } from './sections/statements.ts'
import { inTurns, loadTable } from './sections/under-load.ts'
import { markdown, type Table } from './table.ts'

function progress(line: string): void {
  process.stderr.write(`${line}\n`)
}

/** Starts a server for each contestant, each with its own database, and stops them after `work`. */
async function withServers(
  bench: Bench,
  contestants: readonly Contestant[],
  through: (databaseUrl: string) => string,
  work: (servers: RunningServer[]) => Promise<void>,
): Promise<void> {
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

async function measure(bench: Bench, show: (table: Table) => void): Promise<void> {
  const { options, postgres } = bench
  const wanted = (...kinds: Kind[]): boolean => kinds.some((kind) => options.only.includes(kind))
  if (wanted('ready')) show(await measureReady(bench, [...workers, ...fixedAnswers]))
  if (wanted('load', 'alone', 'races')) {
    await withServers(
      bench,
      [...workers, ...fixedAnswers],
      (url) => url,
      async (servers) => {
        if (wanted('load')) {
          for (const work of options.works) show(loadTable(bench, work, await inTurns(bench, servers, work)))
        }
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
  if (wanted('old-rows')) show(await measureOldRows(bench))
  if (wanted('kept-rows')) show(await countKeptRows(bench, workers))
}

/** Measures the command and the SDK, before anything else runs on the machine. */
async function measureClients(options: Options, show: (table: Table) => void): Promise<void> {
  if (options.only.includes('cli')) {
    const rows: string[][] = []
    const exceeded = benchStartUp((name, value) => rows.push([name, value]), options.cliRounds)
    const note = 'Time of a whole run, as the median ratio to an empty Node.js of the same round.'
    show({ title: 'Start of the command', note, head: ['run', 'takes'], rows })
    if (exceeded.length > 0) fail(`These start too slowly: ${exceeded.join(', ')}`)
  }
  if (options.only.includes('sdk')) {
    const rows: string[][] = []
    await measureSdk((name, value) => rows.push([name, value]))
    show({ title: 'The SDK', note: 'Its size in a page, and the time to import its entries.', head: ['', ''], rows })
  }
}

function fail(message: string): void {
  progress(message)
  process.exitCode = 1
}

async function runBench(options: Options): Promise<void> {
  const tables: string[] = []
  const figures = new Map<string, number>()
  const show = (table: Table): void => {
    tables.push(markdown(table))
    process.stdout.write(`${tables.at(-1)}\n`)
  }
  await measureClients(options, show)
  await using postgres = await startBenchPostgres()
  await using load = startLoad()
  const figure = (name: string, value: number) => figures.set(name, value)
  await measure({ options, postgres, load, progress, figure }, show)
  show(aimsTable(figures))
  const run = describeRun(postgres.version, new Date())
  progress(run)
  if (options.write) writeReport([run, '', ...tables].join('\n'))
}

// keeps this process alive while servers end, which hold no handle of it
const awake = setInterval(() => undefined, 1_000)
try {
  await runBench(readOptions(process.argv.slice(2)))
} catch (error) {
  // caught here, because the PostgreSQL package hooks uncaught errors and would exit with 0
  fail(`The bench failed: ${error instanceof Error ? error.stack : error}\n\n${usage}`)
}
clearInterval(awake)
// after a failure, open handles could keep the process running
process.exit()
