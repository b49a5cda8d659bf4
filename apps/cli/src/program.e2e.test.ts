import { readFile, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fakeOsaServer } from '@osa/sdk/testing'
import { expect, test } from 'vitest'
import { commands } from './catalogue.ts'
import { makeSandbox } from './testing/run-osa.ts'
import { seedCredentials } from './testing/seed.ts'
import { version } from './version.ts'

const names = commands.map(({ metadata }) => metadata.name)

test('an unknown command is exit 2, with the command that was probably meant', async () => {
  await using sandbox = await makeSandbox()
  expect(await sandbox.call(['bogus'])).toMatchObject({ code: 2, stdout: '' })
  const { stderr } = await sandbox.call(['whoam'])
  expect(stderr).toBe(' ✗ Unknown command "whoam"\n → Did you mean: osa whoami\n')
})

test('osa alone shows help on stdout', async () => {
  await using sandbox = await makeSandbox()
  const { code, stdout, stderr } = await sandbox.call([])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  for (const name of names) expect(stdout).toContain(`\n  ${name}`)
})

test.each(names)('osa %s --help and osa help print the same text, with an example', async (command) => {
  await using sandbox = await makeSandbox()
  const { code, stdout } = await sandbox.call([command, '--help'])
  expect(code).toBe(0)
  expect(stdout).toMatch(new RegExp(`Examples:\n {2}osa ${command}`))
  expect(await sandbox.call(['help', command])).toEqual({ code, stdout, stderr: '' })
})

test('on forty columns no line of the help is wider than the terminal', async () => {
  await using sandbox = await makeSandbox()
  const { screen } = await sandbox.runOnTerminal(['login', '--help'], { columns: 40 })
  expect(screen).toContain('\r\n  --no-browser\r\n')
  expect(screen.split('\r\n').filter((line) => line.length > 40)).toEqual([])
})

test('osa login --help names the environment variables', async () => {
  await using sandbox = await makeSandbox()
  const { stdout } = await sandbox.call(['login', '--help'])
  for (const name of ['OSA_SERVER', 'OSA_CREDENTIAL_STORE', 'OSA_CONFIG_DIR', 'OSA_BROWSER', 'NODE_EXTRA_CA_CERTS']) {
    expect(stdout).toMatch(new RegExp(`\\n {2}${name}`))
  }
  expect(stdout).toContain('--no-browser')
  expect(stdout).not.toContain('default: true')
})

test.each([['--version'], ['-V'], ['login', '--version']])(
  'osa %s %s prints the version and does nothing else',
  async (...args) => {
    await using sandbox = await makeSandbox()
    expect(await sandbox.run(args)).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' })
  },
)

test.each([
  [['login', '--frce']],
  [['whoami', 'extra', 'arguments']],
  [['whoami', '--server']],
  [['whoami', '--server', 'https://a.example', '--server', 'https://b.example']],
  [['logout', 'https://a.example', '--server', 'https://b.example']],
  [['whoami', '--timeout', 'soon', '--server', 'https://a.example']],
  [['whoami', '--cwd', '/does/not/exist']],
  [['whoami', '--cwd', '/etc/passwd']],
  [['login', '--storage', 'clay', '--server', 'https://a.example']],
])('K38 %j is exit 2 with one block, no stack trace', async (args) => {
  await using sandbox = await makeSandbox()
  const { code, stdout, stderr } = await sandbox.call(args)
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr.match(/ ✗ /g)).toHaveLength(1)
  expect(stderr).not.toMatch(/\bat .*\(|\.js:\d/)
})

test.each([
  ['http://a.example', 'insecure_http'],
  ['http://10.0.0.5:8000', 'insecure_http'],
  ['https://u:p@h', 'invalid_server_url'],
  ['https://h/?x', 'invalid_server_url'],
  ['ftp://h', 'invalid_server_url'],
])('K01 K02 --server %s is refused as %s', async (server, code) => {
  await using sandbox = await makeSandbox()
  for (const command of ['login', 'whoami', 'link', 'logout']) {
    const { stdout } = await sandbox.run([command, '--json', '--server', server])
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, error: { code, exit_code: 2 } })
  }
})

test('in a folder that no longer exists osa says so, and --cwd names another folder', async () => {
  await using sandbox = await makeSandbox()
  const within = (argv: readonly string[]): [string, string[]] => [
    'sh',
    ['-c', 'mkdir gone && cd gone && rmdir ../gone && exec "$@"', 'sh', ...argv],
  ]
  const { code, stderr } = await sandbox.run(['status'], { within })
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: ' ✗ The folder you are in no longer exists\n → Change to another folder, or use --cwd\n',
  })
  expect(await sandbox.run(['status', '--cwd', sandbox.home], { within })).toMatchObject({ code: 3 })
})

test('in a folder that no longer exists, commands that do not need the folder work', async () => {
  await using node = await fakeOsaServer({ approveAtPoll: 1, intervalSeconds: 1 })
  await using sandbox = await makeSandbox()
  const within = (argv: readonly string[]): [string, string[]] => [
    'sh',
    ['-c', 'mkdir gone && cd gone && rmdir ../gone && exec "$@"', 'sh', ...argv],
  ]
  const login = await sandbox.run(['login', '--server', node.url], { within })
  expect(login).toMatchObject({ code: 0 })
  expect(login.stderr).toContain(' ⚠ Not linking this folder: The folder you are in no longer exists\n')
  const independent = [['help'], ['help', 'login'], ['completions', 'bash'], ['whoami', '--server', node.url]]
  for (const args of [...independent, ['token', '--server', node.url], ['logout', '--server', node.url]]) {
    expect(await sandbox.run(args, { within }), args.join(' ')).toMatchObject({ code: 0 })
  }
})

/** Runs `osa` in a shell with these redirections, and returns its own exit code. */
const inShell =
  (streams: string) =>
  (argv: readonly string[]): [string, string[]] => [
    'bash',
    ['-c', `"$@" ${streams}; exit \${PIPESTATUS[0]}`, 'bash', ...argv],
  ]

test.each([
  [['--version'], '| true', 0],
  [['help'], '| true', 0],
  [['completions', 'bash'], '| head -1', 0],
  [['status', '--json'], '| true', 0],
  [['whoami'], '2>&1 | true', 3],
  [['status'], '2>&1 >/dev/null | true', 3],
  [['help'], '>&-', 0],
  [['bogus'], '2>&-', 2],
  [['--version'], '>/dev/full', 9],
  [['help'], '>/dev/full', 9],
] as const)('K38 osa %j %s ends with %i and without a stack trace', async (args, streams, exit) => {
  await using sandbox = await makeSandbox()
  const { code, stderr } = await sandbox.run(args, { within: inShell(streams) })
  expect(code).toBe(exit)
  expect(stderr).not.toMatch(/\bat .*\(|\.c?js:\d/)
  if (exit === 9) expect(stderr).toContain(" ✗ Can't write to standard output (ENOSPC)\n")
})

test('a locale without UTF-8 gets ASCII marks', async () => {
  await using sandbox = await makeSandbox()
  const { stderr } = await sandbox.run(['bogus'], { env: { LANG: 'C' } })
  expect(stderr).toBe(' x Unknown command "bogus"\n -> See all commands: osa --help\n')
})

test('the bundle contains no path of the computer it was built on', async () => {
  await using sandbox = await makeSandbox()
  const main = new URL('../dist/main.cjs', import.meta.url)
  expect(await readFile(main, 'utf8')).not.toContain(process.cwd())
  expect((await sandbox.run(['--version'])).code).toBe(0)
})

test('an offline command loads four files, without the network or node:fs/promises', async () => {
  await using sandbox = await makeSandbox()
  await seedCredentials(sandbox, { 'https://a.example': { access_token: 'a', user: { external_id: 'me' } } })
  const hook = join(sandbox.home, 'list-files.cjs')
  const list = "process.on('exit', () => process.stderr.write(Object.keys(require.cache).join('\\n')))"
  await writeFile(hook, list)
  const { code, stderr } = await sandbox.run(['whoami', '--offline'], { env: { NODE_OPTIONS: `--require ${hook}` } })
  const loaded = stderr.split('\n').filter((file) => file !== hook)
  const names = loaded.map((file) => basename(file).replace(/-[\w-]{8}\.cjs$/, ''))
  expect({ code, names: names.sort() }).toEqual({ code: 0, names: ['main.cjs', 'osa.js', 'rolldown-runtime', 'start'] })
  for (const file of loaded) expect(await readFile(file, 'utf8')).not.toContain('node:fs/promises')
})
