/** Entry of the bundle. Answers `--version` at once and loads the rest only when there is something to do. */
import { version } from './version.ts'

const argv = process.argv.slice(2)
const end = argv.indexOf('--')
const flags = end === -1 ? argv : argv.slice(0, end)

// Before any dispatch: `osa login --version` must not log in.
if (flags.includes('--version') || flags.includes('-V')) {
  process.stdout.write(`${version}\n`)
} else {
  const { runProgram } = await import('./program.ts')
  await runProgram(argv)
}
