// Builds the workspaces named as arguments, for `npm start` and `npm run demo`, with one line of output. Shows turbo's output only if a
// build fails. Plain JavaScript, because `check-node.mjs` must run on any version of Node.
import './check-node.mjs'
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

process.stderr.write(' … Building (a minute the first time)\n')
const turbo = fileURLToPath(new URL('../../node_modules/turbo/bin/turbo', import.meta.url))
const filters = process.argv.slice(2).map((name) => `--filter=${name}`)
const { status, stdout, stderr, error } = spawnSync(
  process.execPath,
  [turbo, 'run', 'build', ...filters, '--output-logs=errors-only'],
  {
    encoding: 'utf8',
    maxBuffer: Number.POSITIVE_INFINITY,
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1', TURBO_NO_UPDATE_NOTIFIER: '1' },
  },
)
if (error || status !== 0) {
  process.stderr.write(`${stdout ?? ''}${stderr ?? ''}${error ? `${error.message}\n` : ''}`)
  process.exitCode = status ?? 1
}
