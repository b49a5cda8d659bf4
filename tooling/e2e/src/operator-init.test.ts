/** `osa-server init` at a terminal asks questions, shows no secret, and writes nothing if cancelled. */
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from './temporary-folder.ts'
import { openTerminal } from './terminal.ts'

const program = 'apps/server/bin/osa-server.js'

test('I04 init asks for settings, does not echo secrets, and writes a file that only its owner can read', async () => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, '.env')
  const terminal = openTerminal(['init'], { home: folder.path, cwd: folder.path, program })
  const answers: readonly [RegExp, string][] = [
    [/public address of the node/, 'https://archive.example'],
    [/address of its PostgreSQL/, 'postgres://osa:canary-password@127.0.0.1/osa'],
    [/client id from the developer tools/, 'APP-1'],
    [/client secret \(not shown\):\n> /, 'canary-secret'],
    [/address of your proxy/, '127.0.0.1'],
    [/Your ORCID iD/, '0000-0002-1825-0097'],
  ]
  for (const [question, answer] of answers) {
    await terminal.until(question)
    terminal.write(`${answer}\r`)
  }
  await terminal.until(/Register this redirect URI at ORCID:\n {2}https:\/\/archive\.example\/api\/v1\/auth\/callback/)
  expect(await terminal.exitCode).toBe(0)
  expect(terminal.screen()).toContain('APP-1')
  expect(terminal.screen()).not.toContain('canary')
  expect(statSync(path).mode & 0o777).toBe(0o600)
  const text = readFileSync(path, 'utf8')
  for (const line of [
    'DATABASE_URL=postgres://osa:canary-password@127.0.0.1/osa',
    'OSA_ORCID_CLIENT_SECRET=canary-secret',
    'OSA_ADMINS=https://orcid.org#0000-0002-1825-0097',
  ]) {
    expect(text).toContain(`\n${line}\n`)
  }
})

test('Ctrl-D at a question cancels init without writing anything', async () => {
  await using folder = await temporaryFolder()
  const terminal = openTerminal(['init'], { home: folder.path, cwd: folder.path, program })
  await terminal.until(/public address of the node/)
  terminal.write('\u0004')
  await terminal.until(/Nothing was written/)
  expect(await terminal.exitCode).toBe(1)
  expect(existsSync(join(folder.path, '.env'))).toBe(false)
})
