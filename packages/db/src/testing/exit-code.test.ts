import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

test('a run with a real PostgreSQL keeps the exit code that the test runner has set', () => {
  const server = fileURLToPath(new URL('./postgres-server.ts', import.meta.url))
  const script = `import { startPostgres } from ${JSON.stringify(server)}
    await using postgres = await startPostgres()
    process.exitCode = 7`
  expect(spawnSync(process.execPath, ['--input-type=module-typescript', '--eval', script]).status).toBe(7)
})
