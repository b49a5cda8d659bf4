import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type FakeOsaServer, type FakeOsaServerOptions, fakeOsaServer } from '@osa/sdk/testing'
import { expect, test } from 'vitest'
import { qrCodeLines } from './qr-code.ts'
import { makeSandbox } from './testing/run-osa.ts'
import { seedCredentials } from './testing/seed.ts'

const ssh = { SSH_CONNECTION: 'x' }
const allowed = { ...ssh, OSA_ALLOW_HTTP: '1' }

/** A node that seems to be on another computer: 0.0.0.0 is not a loopback address, but Linux connects it to this computer. */
async function nodeElsewhere(options: FakeOsaServerOptions = {}): Promise<FakeOsaServer> {
  const node = await fakeOsaServer(options)
  node.url = node.url.replace('127.0.0.1', '0.0.0.0')
  return node
}

const person = 'Josiah Carberry (0000-0002-1825-0097)'

test('over SSH a QR code is shown between the address and the warning, black on white whatever the terminal', async () => {
  await using node = await nodeElsewhere({ approveAtPoll: 1 })
  await using sandbox = await makeSandbox()
  const terminal = { env: allowed, columns: 80, rows: 40 }
  const { code, screen, raw } = await sandbox.runOnTerminal(['login', node.url], terminal)
  expect(code).toBe(0)
  const lines = await qrCodeLines(`${node.url}/device?user_code=BCDF-GHJK`)
  expect(screen.replaceAll('\r', '')).toContain(
    `\n   On any device, open:  ${node.url}/device\n   and enter the code:   BCDF-GHJK\n\n   Or scan:\n${lines.join('\n')}\n` +
      '   Check that the page shows the same code before you approve.\n',
  )
  for (const line of lines) expect(raw).toContain(`\u001b[30;47m${line}\u001b[0m\r\n`)
  expect(screen).toContain(` ✓ Logged in to ${node.url} as ${person}`)
})

test.each([
  ['a narrow terminal', [], { columns: 44 }, {}],
  ['a low terminal', [], { rows: 27 }, {}],
  ['--no-qr', ['--no-qr'], {}, {}],
  ['NO_COLOR', [], {}, { NO_COLOR: '1' }],
  ['a locale without UTF-8', [], {}, { LANG: 'C' }],
] as const)('with %s there is no QR code, and the rest is unchanged', async (_, flags, size, env) => {
  await using node = await nodeElsewhere()
  node.deny()
  await using sandbox = await makeSandbox()
  const options = { columns: 80, rows: 40, ...size, env: { ...allowed, ...env } }
  const { screen } = await sandbox.runOnTerminal(['login', node.url, ...flags], options)
  expect(screen).toContain('and enter the code:   BCDF-GHJK')
  expect(screen).not.toMatch(/Or scan|▄/)
})

test('for an archive on this computer no QR code is shown, not even with --qr, and other devices are not mentioned', async () => {
  await using node = await fakeOsaServer()
  node.deny()
  await using sandbox = await makeSandbox()
  const { screen } = await sandbox.runOnTerminal(['login', node.url, '--qr'], { env: ssh, columns: 80, rows: 40 })
  expect(screen).toContain(`In a browser on this computer, open:  ${node.url}/device\r\n`)
  const { port } = new URL(node.url)
  expect(screen).toContain(`run this there first:\r\n   ssh -L ${port}:127.0.0.1:${port} <this computer>\r\n`)
  expect(screen).toContain('No QR code: only this computer can open that page')
  expect(screen).not.toMatch(/any device|Or scan|▄/)
})

test('if the browser cannot be opened, the QR code is shown', async () => {
  await using node = await nodeElsewhere()
  await using sandbox = await makeSandbox()
  const env = { OSA_ALLOW_HTTP: '1', OSA_BROWSER: '/bin/false' }
  const { code, screen } = await sandbox.runOnTerminal(['login', node.url], { env, answers: { 'Or scan:': '\u0003' } })
  expect(screen).toMatch(/Opening your browser[\s\S]*Couldn't open a browser\. Use the address above\.[\s\S]*Or scan:/)
  expect(code).toBe(130)
})

test('address and code are highlighted, and the address is a link if the terminal supports links', async () => {
  await using node = await fakeOsaServer()
  node.deny()
  await using sandbox = await makeSandbox()
  const address = `${node.url}/device`
  const seen = async (env: Record<string, string>): Promise<string> =>
    (await sandbox.runOnTerminal(['login', node.url], { env: { ...ssh, ...env } })).raw
  const bold = `\u001b[1;36m${address}\u001b[22;39m`
  const plain = await seen({})
  expect(plain).toContain(` ${bold}\r\n`)
  expect(plain).toContain('\u001b[1mBCDF-GHJK\u001b[22m')
  expect(await seen({ VTE_VERSION: '7600' })).toContain(`\u001b]8;;${address}\u001b\\${bold}\u001b]8;;\u001b\\`)
  for (const env of [{ NO_COLOR: '1' }, { TERM: 'dumb' }]) {
    const colourless = await seen({ VTE_VERSION: '7600', ...env })
    expect(colourless).toContain(` ${address}\r\n`)
    expect(colourless).not.toContain('\u001b')
  }
})

test('--qr shows a QR code even if a browser opens, and says why if it cannot', async () => {
  await using node = await nodeElsewhere()
  node.deny()
  await using sandbox = await makeSandbox()
  const env = { OSA_ALLOW_HTTP: '1', OSA_BROWSER: '/bin/true' }
  const both = await sandbox.runOnTerminal(['login', node.url, '--qr'], { env })
  expect(both.screen).toMatch(
    /Or scan:[\s\S]*Opening your browser\. Check that it shows the same code before you approve\./,
  )
  const plain = await sandbox.runOnTerminal(['login', node.url, '--qr'], { env: { ...env, NO_COLOR: '1' } })
  expect(plain.screen).toContain('No QR code: it needs a terminal with UTF-8 and colours')
  const narrow = await sandbox.runOnTerminal(['login', node.url, '--qr'], { env, columns: 30 })
  expect(narrow.screen).toMatch(/No QR code: it needs \d+\s+columns/)
})

test('on forty columns the countdown is short enough to be redrawn', async () => {
  await using node = await fakeOsaServer({ approveAtPoll: 1 })
  await using sandbox = await makeSandbox()
  const { screen } = await sandbox.runOnTerminal(['login', node.url], { env: ssh, columns: 40 })
  const drawn = screen.split('\r').filter((line) => line.includes('Approve in the browser (1'))
  expect(drawn.length).toBeGreaterThan(1)
  for (const line of drawn) expect(line.split('✓')[0]?.length).toBeLessThan(40)
})

test('without a link the error names the folders that were searched and the archives with a login', async () => {
  await using sandbox = await makeSandbox()
  await mkdir(join(sandbox.project, '.git'))
  const { code, stderr } = await sandbox.run(['sessions'])
  expect(code).toBe(3)
  expect(stderr).toBe(
    " ✗ This folder isn't linked to an archive\n" +
      `   Looked for .osa/config.json in ${sandbox.project} (git root)\n` +
      ' → Run osa link <url>, or pass --server <url>, or set OSA_SERVER\n',
  )
  const logins = { 'https://a.example': { access_token: 'a' }, 'https://b.example': { access_token: 'b' } }
  await seedCredentials(sandbox, logins)
  const several = await sandbox.run(['sessions'])
  expect(several.code).toBe(3)
  expect(several.stderr).toContain('   https://a.example\n   https://b.example\n → Pass --server <url>\n')
})

test('on a terminal a person chooses one of several logins', async () => {
  await using node = await fakeOsaServer()
  await using sandbox = await makeSandbox()
  await seedCredentials(sandbox, { 'https://b.example': { access_token: 'b' }, [node.url]: node.issue() })
  const answers = { 'Which archive? (number or address)': '2\r' }
  const { code, screen } = await sandbox.runOnTerminal(['logout'], { answers })
  expect(code).toBe(0)
  expect(screen).toContain('   1) https://b.example')
  expect(screen).toContain(` ✓ Logged out of ${node.url} (Josiah Carberry)`)
  expect(Object.keys(await sandbox.readCredentials())).toEqual(['https://b.example'])
})

test('logout removes the login although the server does not answer, and says when the session will end', async () => {
  await using node = await fakeOsaServer()
  await using sandbox = await makeSandbox()
  await seedCredentials(sandbox, { [node.url]: node.issue() })
  node.slow(5000)
  const { code, stderr } = await sandbox.run(['logout', '--timeout', '1'])
  expect(code).toBe(0)
  expect(stderr).toBe(
    ` ✓ Forgot the login for ${node.url} on this computer\n` +
      " ⚠ Couldn't tell the archive (timeout); the session ends there by itself within 30 days\n",
  )
})

test('for an expired login of a local archive, which cannot be renewed, the hint is to restart the archive', async () => {
  await using sandbox = await makeSandbox()
  const entry = { access_token: 'a', refresh_token: 'dev-no-refresh', expires_at: 1 }
  await seedCredentials(sandbox, { 'http://127.0.0.1:61': entry })
  const { code, stderr } = await sandbox.run(['whoami'])
  expect(code).toBe(4)
  expect(stderr).toContain(' → Restart the local archive: that creates a new token\n')
})

test('credentials are not sent to another computer without encryption', async () => {
  await using sandbox = await makeSandbox()
  const { code, stderr } = await sandbox.run(['login', 'http://10.0.0.5:8000'])
  expect(code).toBe(2)
  expect(stderr).toBe(
    ' ✗ Refusing to send credentials to http://10.0.0.5:8000 without encryption\n' +
      ' → Use https://, or set OSA_ALLOW_HTTP=1 if you trust this network\n',
  )
})

test('K01 not even with a login that was saved with --allow-http, unless the command allows it too', async () => {
  await using node = await fakeOsaServer()
  await using sandbox = await makeSandbox()
  // 0.0.0.0 is not a loopback address, but Linux connects it to this computer.
  const clear = node.url.replace('127.0.0.1', '0.0.0.0')
  const saved = { [clear]: node.issue() }
  await seedCredentials(sandbox, saved)
  for (const command of ['whoami', 'token', 'sessions', 'logout']) {
    const { code, stdout, stderr } = await sandbox.run([command])
    expect({ command, code, stdout }).toEqual({ command, code: 2, stdout: '' })
    expect(stderr).toContain(` ✗ Refusing to send credentials to ${clear} without encryption\n`)
  }
  const status = await sandbox.run(['status', '--all'])
  expect(status.code).toBe(2)
  expect(status.stdout).toMatch(/ ⚠ http:\/\/0\.0\.0\.0:\d+ .*not encrypted/)
  const forgotten = await sandbox.run(['logout', '--all'])
  expect(forgotten.stderr).toContain(" ⚠ Couldn't tell the archive (insecure http)")
  expect(node.requests).toEqual([])
  await seedCredentials(sandbox, saved)
  for (const command of ['whoami', 'token', 'sessions', 'status', 'logout']) {
    expect(await sandbox.run([command, '--allow-http'])).toMatchObject({ code: 0 })
  }
})

test('no command waits for input: without any input each command ends', async () => {
  await using sandbox = await makeSandbox()
  for (const command of ['login', 'logout', 'whoami', 'status', 'token', 'sessions', 'link', 'unlink']) {
    expect((await sandbox.run([command])).code).not.toBeNull()
  }
})

test.each([{ NO_COLOR: '1' }, { TERM: 'dumb' }])(
  'if the countdown cannot be redrawn (%j), one line says that osa is waiting',
  async (env) => {
    await using node = await fakeOsaServer({ approveAtPoll: 1 })
    await using sandbox = await makeSandbox()
    const { code, raw } = await sandbox.runOnTerminal(['login', '--server', node.url], { env })
    expect(code).toBe(0)
    expect(raw).toMatch(
      /Check that the page shows the same code before you approve\.\r\n {3}Waiting for approval in the browser \(code expires in 1[45]:/,
    )
    expect(raw).not.toContain('\u001b')
  },
)
