import { type FakeOsaServer, FakeRefusal, fakeOsaServer, refusalAnswer } from '@osa/sdk/testing'
import { expect, test } from 'vitest'
import { failure, loginEvent, success } from './testing/json-shapes.ts'
import { type Finished, makeSandbox, type Sandbox } from './testing/run-osa.ts'
import { seedCredentials, seedLink } from './testing/seed.ts'

/** Returns the only document of a run: one line on stdout, and nothing on stderr. */
function onlyDocument({ stdout, stderr }: Finished): unknown {
  expect(stderr).toBe('')
  expect(stdout.endsWith('\n')).toBe(true)
  expect(stdout.trimEnd().split('\n')).toHaveLength(1)
  return JSON.parse(stdout)
}

async function signedIn(sandbox: Sandbox, node: FakeOsaServer): Promise<void> {
  await seedCredentials(sandbox, { [node.url]: node.issue() })
}

test.each([
  ['whoami', [], 'whoami'],
  ['whoami', ['--offline'], 'whoami'],
  ['status', [], 'status'],
  ['status', ['--offline'], 'status'],
  ['doctor', [], 'doctor'],
  ['token', [], 'token'],
  ['sessions', [], 'sessions'],
  ['sessions', ['--revoke', '00000000'], 'revoked'],
  ['link', ['https://archive.example', '--no-verify'], 'link'],
  ['unlink', [], 'unlink'],
  ['logout', [], 'logout'],
  ['logout', ['--all', '--local'], 'logout'],
  ['completions', ['fish'], 'completions'],
  ['completions', ['install', 'zsh'], 'installedCompletions'],
  ['help', ['login'], 'help'],
  ['login', ['--help'], 'help'],
] as const)('K38 osa %s %j --json prints one document of its documented shape', async (command, args, shape) => {
  await using node = await fakeOsaServer()
  await using sandbox = await makeSandbox()
  await signedIn(sandbox, node)
  const finished = await sandbox.call([command, ...args, '--json'])
  success[shape].parse(onlyDocument(finished))
  expect(finished.code).toBe(0)
})

test('K38 so do a new link, an existing link, unlink, and whoami with OSA_TOKEN', async () => {
  await using node = await fakeOsaServer()
  await using sandbox = await makeSandbox()
  success.link.parse(onlyDocument(await sandbox.call(['link', node.url, '--json', '--force'])))
  success.link.parse(onlyDocument(await sandbox.call(['link', node.url, '--json'])))
  success.unlink.parse(onlyDocument(await sandbox.call(['unlink', '--json'])))
  const env = { OSA_TOKEN: node.issue().access_token, OSA_SERVER: node.url }
  success.whoami.parse(onlyDocument(await sandbox.call(['whoami', '--json'], { env })))
})

test('K38 osa login --json prints events of their documented shapes, the result last', async () => {
  await using node = await fakeOsaServer({ approveAtPoll: 1 })
  await using sandbox = await makeSandbox()
  for (const expected of [['verification', 'result'], ['result']]) {
    const { stdout, code } = await sandbox.call(['login', '--json', '--server', node.url])
    const events = stdout
      .trimEnd()
      .split('\n')
      .map((line) => loginEvent.parse(JSON.parse(line)))
    expect(events.map(({ event }) => event)).toEqual(expected)
    expect(code).toBe(0)
  }
})

test.each([
  [['bogus'], 2, 'usage'],
  [['--frob'], 2, 'usage'],
  [['whoami', '--frob'], 2, 'usage'],
  [['whoami', 'extra'], 2, 'usage'],
  [['completions', 'tcsh'], 2, 'usage'],
  [['help', 'bogus'], 2, 'usage'],
  [['token', '--min-ttl', 'x'], 2, 'usage'],
  [['link'], 2, 'usage'],
  [['logout', '--all', '--server', 'https://a.example'], 2, 'usage'],
  [['status', '--all', '--offline'], 2, 'usage'],
  [['whoami', '--server', 'ftp://x'], 2, 'invalid_server_url'],
  [['whoami', '--server', 'http://a.example'], 2, 'insecure_http'],
  [['whoami'], 3, 'no_server'],
  [['token'], 3, 'no_server'],
  [['sessions'], 3, 'no_server'],
  [['whoami', '--server', 'https://a.example'], 4, 'not_authenticated'],
  [['sessions', '--server', 'https://a.example'], 4, 'not_authenticated'],
  [['link', 'http://127.0.0.1:61'], 7, 'connection_refused'],
  [['link', 'https://nobody.invalid'], 7, 'dns'],
] as const)('K38 osa %j fails with exit %i and one document: %s', async (args, exit, code) => {
  await using sandbox = await makeSandbox()
  for (const argv of [
    [...args, '--json'],
    ['--json', ...args],
  ]) {
    const finished = await sandbox.call(argv)
    const document = failure.parse(onlyDocument(finished))
    expect(document.error).toMatchObject({ code, exit_code: exit })
    expect(finished.code).toBe(exit)
  }
})

test.each([
  [['--json', 'login', '--frob']],
  [['login', '--json', 'a', 'b']],
  [['login', '--json', '--server', 'ftp://x']],
  [['--server', 'http://127.0.0.1:61', 'login', '--json']],
])('K38 osa %j, a failing login, ends its events with a result', async (argv) => {
  await using sandbox = await makeSandbox()
  const finished = await sandbox.call(argv)
  expect(loginEvent.parse(onlyDocument(finished))).toMatchObject({ event: 'result', ok: false })
  expect(finished.code).toBeGreaterThan(1)
})

test('K16 K38 an interrupted login says so in a last document', async () => {
  await using node = await fakeOsaServer()
  await using sandbox = await makeSandbox()
  const { code, stdout } = await sandbox.run(['login', '--json', '--server', node.url], {
    onStart: (child) => child.stdout?.once('data', () => child.kill('SIGINT')),
  })
  const events = stdout
    .trimEnd()
    .split('\n')
    .map((line) => loginEvent.parse(JSON.parse(line)))
  expect(code).toBe(130)
  expect(events).toMatchObject([
    { event: 'verification' },
    { event: 'result', ok: false, error: { code: 'interrupted', exit_code: 130 } },
  ])
})

/** Prepares a saved login, changes the node, and returns `argv` to run. */
const whileSignedIn =
  (change: (node: FakeOsaServer) => void, argv: readonly string[]) =>
  async (sandbox: Sandbox, node: FakeOsaServer): Promise<readonly string[]> => {
    await signedIn(sandbox, node)
    change(node)
    return argv
  }

/** One failure for each exit code that needs a server or a file; the other exit codes are tested above. */
const brokenWorlds: readonly [
  string,
  number,
  string,
  (sandbox: Sandbox, node: FakeOsaServer) => Promise<readonly string[]>,
][] = [
  [
    'another link',
    3,
    'link_exists',
    async (sandbox, node) => {
      await seedLink(sandbox, { server: 'https://archive.example' })
      return ['link', node.url]
    },
  ],
  [
    'an ended session',
    4,
    'session_ended',
    async (sandbox, node) => {
      await seedCredentials(sandbox, { [node.url]: node.issue({ expired: true }) })
      node.revokeFamily()
      return ['whoami']
    },
  ],
  [
    'an account without permission',
    5,
    'forbidden',
    whileSignedIn((node) => node.dictate('me', [refusalAnswer(new FakeRefusal('FORBIDDEN', 403))]), ['whoami']),
  ],
  ['a web page', 8, 'html_response', whileSignedIn((node) => node.html('me'), ['whoami'])],
  ['a server error', 8, 'server_error', whileSignedIn((node) => node.html('me', 503), ['whoami'])],
  ['a rate limit', 8, 'rate_limited', whileSignedIn((node) => node.html('sessions', 429), ['sessions'])],
  [
    'no archive',
    8,
    'not_an_osa_server',
    async (_, node) => {
      node.dictate('document', [{ status: 404, headers: { 'content-type': 'application/json' }, body: '{}' }], {
        always: true,
      })
      return ['link', node.url]
    },
  ],
  [
    'broken logins',
    9,
    'malformed_credentials',
    async (sandbox, node) => {
      await seedCredentials(sandbox, '{')
      return ['token', '--server', node.url]
    },
  ],
  [
    'a broken link',
    9,
    'malformed_config',
    async (sandbox) => {
      await seedLink(sandbox, '{')
      return ['whoami']
    },
  ],
]

test.each(brokenWorlds)(
  'K38 with %s the exit code is %i and the code in the document is %s',
  async (_, exit, code, prepare) => {
    await using node = await fakeOsaServer()
    await using sandbox = await makeSandbox()
    const finished = await sandbox.call([...(await prepare(sandbox, node)), '--json'])
    expect(failure.parse(onlyDocument(finished)).error).toMatchObject({ code, exit_code: exit })
    expect(finished.code).toBe(exit)
  },
)

test('K05 control characters from a server are escaped in a document too', async () => {
  await using node = await fakeOsaServer({ displayName: 'Eve\u001b[2J\u202e\u009b1m\u0007' })
  await using sandbox = await makeSandbox()
  await signedIn(sandbox, node)
  const { stdout } = await sandbox.call(['whoami', '--json'])
  expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/)
  expect(JSON.parse(stdout).user.display_name).toBe(node.user.display_name)
})
