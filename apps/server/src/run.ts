/** Runs a node in the foreground: checks the settings, prints a short greeting, and stops cleanly on a signal. */
import packageJson from '../package.json' with { type: 'json' }
import { type Config, parseConfig } from './config/config.ts'
import { createLogger, type Logger } from './log.ts'
import { type RunningNode, startNode } from './node.ts'
import { otlpProblems } from './otlp-settings.ts'
import { databaseName, explainStartProblem } from './start-problem.ts'
import { loadMetricsExport, startTracing } from './telemetry.ts'

/** A supervisor kills the process 15 s after draining, so the node exits a second before. */
const shutdownDeadlineMs = 14_000

/** Runs until a signal. Exits with 0 after a clean stop, and with 1 if the node cannot start. */
export async function run(io: RunIo): Promise<void> {
  const parsed = parseConfig(io.env)
  for (const warning of parsed.warnings) io.stderr.write(`Note: ${warning}\n`)
  const problems = [...(parsed.ok ? [] : parsed.problems), ...otlpProblems(io.env)]
  if (!parsed.ok || problems.length > 0) {
    const list = problems.map((problem) => `  - ${problem}\n`).join('')
    io.stderr.write(`The node cannot start with these settings:\n${list}`)
    return io.exit(1)
  }
  const { config } = parsed
  const log = createLogger({ level: config.logLevel })
  // at a terminal, a line for each request would hide the greeting
  const routineLogLevel = io.stderr.isTTY ? 'debug' : 'info'
  try {
    const tracing = await startTracing(io.env, packageJson.version)
    const exportMetrics = await loadMetricsExport(io.env, packageJson.version)
    const node = await startNode({ config, log, routineLogLevel, tracing, exportMetrics })
    stopOnSignal(io, { node, log, deadlineMs: config.drainSeconds * 1_000 + shutdownDeadlineMs })
    io.stdout.write(greeting(config, node))
  } catch (error) {
    log.debug({ err: error }, 'the node could not start')
    io.stderr.write(`${explainStartProblem(error, config)}\n`)
    io.exit(1)
  }
}

type RunIo = Pick<NodeJS.Process, 'env' | 'stderr' | 'stdout'> & {
  exit(code: number): void
  on(signal: 'SIGTERM' | 'SIGINT', listener: () => void): unknown
}

/** On the first signal, stops after requests in flight have finished (J14). On the second, exits at once. */
function stopOnSignal(
  io: RunIo,
  { node, log, deadlineMs }: { node: RunningNode; log: Logger; deadlineMs: number },
): void {
  let stopping = false
  const stop = async () => {
    if (stopping) return io.exit(1)
    stopping = true
    io.stdout.write(
      'Stopping after requests in progress have finished. Press Ctrl-C or send the signal again to stop at once.\n',
    )
    setTimeout(() => io.exit(1), deadlineMs).unref()
    try {
      await node.stop()
      io.exit(0)
    } catch (error) {
      log.error({ err: error }, 'the node did not stop cleanly')
      io.exit(1)
    }
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) io.on(signal, () => void stop())
}

function greeting(config: Config, node: RunningNode): string {
  const { publicUrl, signIn, adminPort } = node
  const kind = 'databaseUrl' in config.database ? 'PostgreSQL at' : 'embedded, in'
  const rows = [
    ['Address', publicUrl.origin],
    ['Database', `${kind} ${databaseName(config)}`],
    ['Sign-in', `${signIn.join(', ')}${config.identity.development ? ' (anyone can be anyone here)' : ''}`],
    ...(adminPort === null ? [] : [['Metrics', `http://${config.adminListener?.host}:${adminPort}/metrics`]]),
  ]
  const lines = rows.map(([label = '', text = '']) => `  ${label.padEnd(10)}${text}`)
  // parent processes wait for the first line, so it is printed exactly once, and only when requests are answered
  return `OSA node ready at ${publicUrl.origin}\n\n${lines.join('\n')}\n\n  Next      osa login ${publicUrl.origin}\n            (in a checkout: npx osa login ${publicUrl.origin})\n\n`
}
