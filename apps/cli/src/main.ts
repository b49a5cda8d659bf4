/** Entry of the bundle. Answers `--version` at once and loads the rest of the program only for other command lines. */
import { beforeDashes } from './options.ts'
import { guardStreams } from './streams.ts'
import { version } from './version.ts'

async function main(argv: readonly string[]): Promise<void> {
  guardStreams(process)
  // People attach Node.js diagnostic reports to bug reports: they must not contain OSA_TOKEN.
  process.report.excludeEnv = true
  const options = beforeDashes(argv)
  // Before any dispatch: `osa login --version` must not log in.
  if (options.includes('--version') || options.includes('-V')) {
    process.stdout.write(`${version}\n`)
    return
  }
  // Internal: newer-version.ts starts a separate process with this argument.
  const [first, file = ''] = argv
  if (first === '--ask-registry') {
    const { askRegistry } = await import('./ask-registry.ts')
    process.exit(await askRegistry(process.env, file))
  }
  const { runProgram } = await import('./program.ts')
  process.exitCode = await runProgram(argv, process)
}

void main(process.argv.slice(2))
