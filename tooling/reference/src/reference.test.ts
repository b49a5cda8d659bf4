/** The reference is made from docstrings: an export without one would be a gap in it. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

test('every export of the SDK is documented, and the reference can be made', async () => {
  const folder = join(import.meta.dirname, '..')
  const typedoc = join(folder, 'node_modules/typedoc/bin/typedoc')
  const run = promisify(execFile)(
    process.execPath,
    [typedoc, '--emit', 'none', '--treatValidationWarningsAsErrors', '--pretty', 'false'],
    { cwd: folder, env: { PATH: process.env.PATH, NO_COLOR: '1' } },
  )
  const { stdout, stderr } = await run.catch((failed: { stdout: string; stderr: string }) => failed)
  expect(`${stdout}${stderr}`).not.toMatch(/warning|error/i)
})
