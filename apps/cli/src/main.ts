/** Entry of the bundle. Answers `--version` at once and loads the rest only when there is something to do. */
import { beforeDashes } from './options.ts'
import { guardStreams } from './streams.ts'
import { version } from './version.ts'

async function main(argv: readonly string[]): Promise<void> {
  guardStreams(process)
  // a diagnostic report of Node.js, should one be asked for, goes to others: without OSA_TOKEN
  process.report.excludeEnv = true
  const options = beforeDashes(argv)
  // Before any dispatch: `osa login --version` must not log in.
  if (options.includes('--version') || options.includes('-V')) {
    process.stdout.write(`${version}\n`)
    return
  }
  // Not for people: newer-version.ts starts it so, in a process of its own.
  const [first, file = ''] = argv
  if (first === '--ask-registry') {
    const { askRegistry } = await import('./ask-registry.ts')
    process.exit(await askRegistry(process.env, file))
  }
  const { runProgram } = await import('./program.ts')
  process.exitCode = await runProgram(argv, process)
}

void main(process.argv.slice(2))
