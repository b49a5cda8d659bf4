import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

test.each(['', 'process.exit()'])(
  'a run with a real PostgreSQL keeps the exit code that the test runner has set, without unhandled rejections (%s)',
  (end) => {
    const server = fileURLToPath(new URL('./postgres-server.ts', import.meta.url))
    const script = `import { startPostgres } from ${JSON.stringify(server)}
    process.on('unhandledRejection', (reason) => console.error('unhandled', reason))
    {
      await using postgres = await startPostgres()
    }
    process.exitCode = 7
    ${end}`
    const { status, stderr } = spawnSync(process.execPath, ['--input-type=module-typescript', '--eval', script], {
      encoding: 'utf8',
    })
    expect({ status, stderr }).toEqual({ status: 7, stderr: '' })
  },
)
