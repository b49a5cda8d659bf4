import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fakeOsaServer, resultAnswer } from '@osa/sdk/testing'
import { expect, test } from 'vitest'
import { makeSandbox } from './testing/run-osa.ts'
import { seedCredentials, seedLink } from './testing/seed.ts'

const person = 'Josiah Carberry (0000-0002-1825-0097)'
const user = { display_name: 'Josiah Carberry', external_id: '0000-0002-1825-0097' }
const inSeconds = (seconds: number): number => Math.floor(Date.now() / 1000) + seconds

test('with two servers, status shows the link and the state of each login, and asks only the server of this folder', async () => {
  await using node = await fakeOsaServer()
  await using other = await fakeOsaServer()
  await using sandbox = await makeSandbox()
  await seedLink(sandbox, { server: node.url })
  await seedCredentials(sandbox, {
    [node.url]: node.issue({ expiresInSeconds: 42 * 60 + 30 }),
    [other.url]: other.issue({ expired: true }),
  })
  const { code, stdout, stderr } = await sandbox.call(['status'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toContain(`   Folder   ${sandbox.project} → ${node.url} (.osa/config.json)\n`)
  expect(stdout).toContain(`   Config   ${sandbox.home}/.config/osa\n`)
  expect(stdout).toMatch(/\n {3}SERVER {20,}ACCOUNT {30,}SESSION {12}APPROVED {5}STORED IN\n/)
  expect(stdout).toContain(` ✓ ${node.url} *   ${person}   ok, 30 days left   code typed   credentials.json\n`)
  expect(stdout).toMatch(
    new RegExp(` ✓ ${other.url} +Josiah Carberry \\(0000-0002-1825-0097\\) {3}ok, renews {9,}credentials`),
  )
  expect(stdout).toContain('   * used in this folder\n')
  expect(stdout).not.toContain('⚠')
  expect(node.seen('me')).toHaveLength(1)
  expect(other.requests).toEqual([])
})

test('--all asks every server, and a local one that refuses connections is "not running"', async () => {
  await using node = await fakeOsaServer()
  await using other = await fakeOsaServer()
  await using sandbox = await makeSandbox()
  const gone = 'http://127.0.0.1:61'
  await seedCredentials(sandbox, {
    [node.url]: node.issue(),
    [other.url]: other.issue({ expired: true }),
    [gone]: {
      access_token: 'a',
      refresh_token: 'dev-no-refresh',
      user: { display_name: null, external_id: 'local developer' },
    },
  })
  const { code, stdout } = await sandbox.call(['status', '--all', '--server', node.url])
  expect(code).toBe(0)
  expect(stdout).toMatch(/ ⚠ http:\/\/127\.0\.0\.1:61 +local developer +not running +credentials\.json\n/)
  expect(other.seen('refresh')).toHaveLength(1)
  expect(stdout).not.toContain('ok, renews')
})

test('on a narrow terminal each login is printed as a block', async () => {
  await using sandbox = await makeSandbox()
  await seedCredentials(sandbox, {
    'https://archive.example.org': { access_token: 'a', user, expires_at: inSeconds(7300) },
  })
  const { screen } = await sandbox.runOnTerminal(['status', '--offline'], { columns: 60 })
  expect(screen.replaceAll('\r', '')).toContain(
    ` ✓ https://archive.example.org *\n     ACCOUNT    ${person}\n     SESSION    ok, 2 h left\n     STORED IN  credentials.json\n`,
  )
})

test.each([
  ['no archive', [], null, 3, 'no_server'],
  ['not logged in', ['--server', 'https://a.example'], null, 4, 'not_authenticated'],
  [
    'unreachable',
    ['--server', 'http://127.0.0.1:61'],
    { 'http://127.0.0.1:61': { access_token: 'a' } },
    7,
    'connection_refused',
  ],
  ['broken logins', ['--server', 'https://a.example'], '{', 9, 'malformed_credentials'],
  [
    'ended',
    ['--server', 'https://a.example', '--offline'],
    { 'https://a.example': { access_token: 'a', expires_at: 1 } },
    4,
    'session_ended',
  ],
] as const)(
  'K38 %s: status reports it, and ends with the exit code that other commands would have',
  async (_, args, entries, exit, code) => {
    await using sandbox = await makeSandbox()
    if (entries !== null) await seedCredentials(sandbox, entries)
    const { code: ended, stdout, stderr } = await sandbox.call(['status', '--json', ...args])
    expect(ended).toBe(exit)
    expect(JSON.parse(stdout)).toMatchObject({ v: 1, ok: true, problems: [{ code }] })
    expect(stderr).toBe('')
  },
)

test('if the logins cannot be read, status does not say that there are none', async () => {
  await using sandbox = await makeSandbox()
  await seedCredentials(sandbox, '{')
  const { stdout } = await sandbox.call(['status', '--server', 'https://a.example'])
  expect(stdout).toContain("   The logins on this computer can't be read\n")
  expect(stdout).toContain(` ⚠ ${sandbox.credentials} is not valid JSON`)
  expect(stdout).not.toContain('No logins')
})

test('the exit code is 4 if the server refuses the session, and 8 if its answer is not valid', async () => {
  await using node = await fakeOsaServer()
  await using sandbox = await makeSandbox()
  await seedCredentials(sandbox, { [node.url]: node.issue({ expired: true }) })
  node.revokeFamily()
  const ended = await sandbox.call(['status'])
  expect(ended.code).toBe(4)
  expect(ended.stdout).toContain(' ⚠ Your session on ')
  expect(ended.stdout).toContain(` → Run osa login ${node.url}\n`)
  await seedCredentials(sandbox, { [node.url]: node.issue() })
  node.html('me')
  const invalid = await sandbox.call(['status'])
  expect(invalid.code).toBe(8)
  expect(invalid.stdout).toContain('not an archive')
})

test('K26 a malformed link is reported as a state, with exit 9, and the rest is still shown', async () => {
  await using sandbox = await makeSandbox()
  await seedLink(sandbox, '{"server": }')
  await seedCredentials(sandbox, { 'https://archive.example.org': { access_token: 'a', user } })
  const { code, stdout } = await sandbox.call(['status', '--offline', '--json'])
  expect(code).toBe(9)
  expect(JSON.parse(stdout)).toMatchObject({
    server: null,
    link: { path: sandbox.linkFile, state: 'malformed' },
    logins: [{ url: 'https://archive.example.org', current: false }],
    problems: [{ code: 'malformed_config' }],
  })
})

test('K28 a link that others can write to in a parent folder is ignored and reported', async () => {
  await using sandbox = await makeSandbox()
  await seedLink(sandbox, { server: 'https://evil.example' })
  await chmod(join(sandbox.project, '.osa'), 0o777)
  const sub = join(sandbox.project, 'sub')
  await mkdir(sub)
  const { stdout, code } = await sandbox.call(['status', '--json'], { cwd: sub })
  expect(code).toBe(3)
  const document = JSON.parse(stdout)
  expect(document.link).toMatchObject({ state: 'foreign_owner', path: sandbox.linkFile })
  expect(document.problems[1]).toMatchObject({
    code: 'foreign_link',
    message: `Ignoring ${sandbox.linkFile}: others can write to it`,
  })
  const inside = await sandbox.call(['status'], { cwd: sub })
  expect(inside.stdout).toContain(`${sandbox.linkFile} is not yours`)
})

test('problems with the set-up are listed', async () => {
  await using sandbox = await makeSandbox()
  const xdg = join(sandbox.home, 'xdg')
  await mkdir(join(xdg, 'osa'), { recursive: true, mode: 0o755 })
  await chmod(join(xdg, 'osa'), 0o755)
  await writeFile(join(xdg, 'osa', 'credentials.json'), '{}', { mode: 0o644 })
  await seedCredentials(sandbox, {})
  await seedLink(sandbox, { server: 'https://archive.example.org' })
  const env = { XDG_CONFIG_HOME: xdg, OSA_SERVER: 'https://other.example', OSA_TOKEN: '', OSA_ALLOW_HTTP: '1' }
  const { stdout } = await sandbox.call(['status', '--offline', '--json'], { env })
  const document = JSON.parse(stdout)
  expect(document.env).toEqual({ OSA_SERVER: 'https://other.example', OSA_TOKEN: 'empty' })
  const messages = document.problems.map(({ message }: { message: string }) => message)
  expect(messages).toEqual([
    'Not logged in to https://other.example',
    `Other users have access to ${xdg}/osa (mode 755)`,
    `Other users have access to ${xdg}/osa/credentials.json (mode 644)`,
    `Logins are also in ${sandbox.home}/.config/osa; only those in ${xdg}/osa are used`,
    'OSA_TOKEN is set but empty: the secret may be missing in this job',
    'OSA_SERVER is set and overrides the link to https://archive.example.org',
    'OSA_ALLOW_HTTP=1 lets osa send logins without encryption',
  ])
})

test('K37 a clock that is wrong by more than two minutes is reported, told from the Date header', async () => {
  await using node = await fakeOsaServer()
  await using sandbox = await makeSandbox()
  await seedCredentials(sandbox, { [node.url]: node.issue() })
  const date = new Date(Date.now() + 7 * 60_000).toUTCString()
  const answer = resultAnswer(node.user)
  node.dictate('me', [{ ...answer, headers: { ...answer.headers, date } }])
  const { code, stdout } = await sandbox.call(['status'])
  expect(code).toBe(0)
  expect(stdout).toContain(' ⚠ Your clock is 7 min behind 127.0.0.1\n')
  const farAway = new Date(Date.now() - 400 * 86_400_000).toUTCString()
  node.dictate('me', [{ ...answer, headers: { ...answer.headers, date: farAway } }])
  expect((await sandbox.call(['status'])).stdout).toContain(' ⚠ Your clock is 400 days ahead of 127.0.0.1\n')
})

test('K31 with OSA_TOKEN status reports on that token, and does not print it', async () => {
  await using node = await fakeOsaServer()
  await using sandbox = await makeSandbox()
  const { access_token } = node.issue()
  const env = { OSA_TOKEN: access_token, OSA_SERVER: node.url }
  const { code, stdout, stderr } = await sandbox.call(['status', '--json'], { env })
  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({
    logins: [{ url: node.url, current: true, state: 'ok', storage: { kind: 'env' } }],
    env: { OSA_TOKEN: 'set' },
    problems: [{ code: 'environment_override' }],
  })
  expect(`${stdout}${stderr}`).not.toContain(access_token)
})

test('K25 status does not contact an archive that only a link file names', async () => {
  await using node = await fakeOsaServer()
  await using sandbox = await makeSandbox()
  await seedLink(sandbox, { server: node.url })
  const { code, stdout } = await sandbox.call(['status', '--all'])
  expect(code).toBe(4)
  expect(stdout).toContain(` ⚠ Not logged in to ${node.url}\n`)
  expect(node.requests).toEqual([])
})

test('K29 the local archive is shown if there is an osa.yaml, and docker runs outside the folder', async () => {
  await using sandbox = await makeSandbox()
  await writeFile(join(sandbox.project, 'osa.yaml'), '')
  const bin = join(sandbox.home, 'bin')
  await mkdir(bin)
  const env = { PATH: `${bin}:/usr/bin:/bin` }
  const docker = (body: string) => writeFile(join(bin, 'docker'), `#!/bin/sh\n${body}\n`, { mode: 0o755 })
  await docker('exit 1')
  const silent = await sandbox.run(['status', '--offline'], { env })
  expect(silent.stdout).toContain('   Local archive\n   state unknown: docker ps failed\n')
  await docker(
    `pwd > ${sandbox.home}/where\nprintf '%s\\tserver\\trunning\\n/elsewhere\\tdb\\trunning\\n' '${sandbox.project}/.osa'`,
  )
  const { stdout } = await sandbox.run(['status', '--offline'], { env })
  expect(stdout).toMatch(/ {3}Local archive\n {3}SERVICE +STATE\n ✓ server +running\n/)
  expect(stdout).not.toContain('db')
  expect((await sandbox.run(['status', '--offline'], { env, cwd: sandbox.home })).stdout).not.toContain('Local archive')
})

test('K22 a missing home folder is reported once', async () => {
  await using sandbox = await makeSandbox()
  const { code, stdout } = await sandbox.call(['status'], { env: { HOME: 'relative' } })
  expect(code).toBe(9)
  expect(stdout.match(/There is no home folder/g)).toHaveLength(1)
})
