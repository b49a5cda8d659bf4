import { fakeOsaServer } from '@osa/sdk/testing'
import { expect, test } from 'vitest'
import { makeSandbox } from './testing/run-osa.ts'
import { seedCredentials } from './testing/seed.ts'

const id = (n: number): string => `0000000${n}-0000-4000-8000-000000000000`

test('osa sessions lists the terminals and marks this one', async () => {
  await using node = await fakeOsaServer()
  await using sandbox = await makeSandbox()
  await seedCredentials(sandbox, { [node.url]: node.issue() })
  node.issue()
  const { code, stdout, stderr } = await sandbox.call(['sessions'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: ' → To end a session: osa sessions --revoke <id>\n' })
  expect(stdout).toContain(`   Signed in to ${node.url} on:\n`)
  expect(stdout).toMatch(/ {3}DEVICE +CLIENT +SIGNED IN +LAST USED +APPROVED +ID\n/)
  expect(stdout).toMatch(/ ✓ laptop 0 \* +OSA command line +2 h ago +2 h ago +code typed +00000000\n/)
  expect(stdout).toMatch(/ {3}laptop 1 +OSA command line +2 h ago +2 h ago +code typed +00000001\n/)
  expect(stdout.endsWith('   * this terminal\n')).toBe(true)
})

test('osa sessions and osa status show how a session was approved, if the archive says so', async () => {
  const at = new Date(Date.now() - 7_200_000)
  const dates = { created_at: at, last_used_at: at, expires_at: at }
  const client = { client_id: 'osa-cli', client_name: 'OSA command line', scope: 'profile', ip: null }
  const session = (n: number, approval: string | null) => ({
    ...{ ...client, ...dates, id: id(n), device_name: `laptop ${n}`, current: n === 0, approval },
  })
  const list = [session(0, 'same_computer'), session(1, 'typed'), session(2, 'prefilled'), session(3, null)]
  await using node = await fakeOsaServer({ procedures: { 'session.list': () => list } })
  await using sandbox = await makeSandbox()
  await seedCredentials(sandbox, { [node.url]: node.issue() })
  const { stdout } = await sandbox.call(['sessions'])
  expect(stdout).toMatch(/ {3}DEVICE +CLIENT +SIGNED IN +LAST USED +APPROVED +ID\n/)
  for (const words of ['same computer', 'code typed', 'by a link']) {
    expect(stdout).toMatch(new RegExp(`laptop \\d .*2 h ago +${words} +0000000\\d\\n`))
  }
  expect(stdout).toMatch(/laptop 3 .*2 h ago +00000003\n/)
  const status = await sandbox.call(['status', '--server', node.url])
  expect(status.stdout).toMatch(/SERVER +ACCOUNT +SESSION +APPROVED +STORED IN|APPROVED +same computer\n/)
  expect(status.stdout).toContain('same computer')
  const document = await sandbox.call(['status', '--server', node.url, '--json'])
  expect(JSON.parse(document.stdout).logins).toMatchObject([{ url: node.url, approval: 'same_computer' }])
})

test('osa sessions --json has complete ids and all times', async () => {
  await using node = await fakeOsaServer()
  await using sandbox = await makeSandbox()
  await seedCredentials(sandbox, { [node.url]: node.issue() })
  const { code, stdout, stderr } = await sandbox.call(['sessions', '--json'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(JSON.parse(stdout)).toMatchObject({
    v: 1,
    ok: true,
    server: node.url,
    sessions: [{ id: id(0), device_name: 'laptop 0', client_id: 'osa-cli', current: true }],
  })
})

test('osa sessions --revoke ends the session with this id or start of an id', async () => {
  await using node = await fakeOsaServer()
  await using sandbox = await makeSandbox()
  await seedCredentials(sandbox, { [node.url]: node.issue() })
  node.issue()
  node.issue()
  const short = await sandbox.call(['sessions', '--revoke', '00000001'])
  expect({ code: short.code, stderr: short.stderr }).toEqual({ code: 0, stderr: ' ✓ Ended the session on laptop 1\n' })
  expect(node.families.map(({ revoked }) => revoked)).toEqual([false, true, false])
  const complete = await sandbox.call(['sessions', '--json', '--revoke', id(2).toUpperCase()])
  expect(JSON.parse(complete.stdout)).toEqual({ v: 1, ok: true, server: node.url, revoked: id(2), current: false })
  const own = await sandbox.call(['sessions', '--revoke', id(0)])
  expect(own.stderr).toContain(' → That was this terminal; to sign in again: osa login\n')
})

test.each([
  ['0000', 'More than one of your sessions has the id 0000'],
  ['ffff', 'None of your sessions has the id ffff'],
  ['0', 'None of your sessions has the id 0'],
])('an id that does not name exactly one session, %s, is exit 2 and ends no session', async (typed, message) => {
  await using node = await fakeOsaServer()
  await using sandbox = await makeSandbox()
  await seedCredentials(sandbox, { [node.url]: node.issue() })
  node.issue()
  const { code, stderr } = await sandbox.call(['sessions', '--revoke', typed])
  expect(code).toBe(2)
  expect(stderr).toBe(` ✗ ${message}\n → List them: osa sessions\n`)
  expect(node.seen('endSession')).toEqual([])
})

test('K33 K34 a refused token is renewed once; after the end of the session it is exit 4', async () => {
  await using node = await fakeOsaServer()
  await using sandbox = await makeSandbox()
  const login = node.issue()
  await seedCredentials(sandbox, { [node.url]: { ...login, access_token: 'at_old' } })
  expect((await sandbox.call(['sessions'])).code).toBe(0)
  expect(node.seen('refresh')).toHaveLength(1)
  node.revokeFamily()
  expect((await sandbox.call(['sessions'])).code).toBe(4)
})

test.each([
  ['[{"result":{"data":{"json":[{"id":1}]}}}]', 'application/json', 8],
  ['[{"result":{"data":{"json":null}}}]', 'application/json', 8],
  ['{"result":{"data":{"json":[{"id":1}]}}}', 'application/json', 8],
  ['{"result":{"data":{"json":null}}}', 'application/json', 8],
  ['[]', 'application/json', 8],
  ['<html>', 'text/html', 8],
])('K07 the answer %s is an error, not a crash', async (body, type, exit) => {
  await using node = await fakeOsaServer()
  await using sandbox = await makeSandbox()
  await seedCredentials(sandbox, { [node.url]: node.issue() })
  node.dictate('sessions', [{ status: 200, headers: { 'content-type': type }, body }])
  const { code, stderr } = await sandbox.call(['sessions'])
  expect(code).toBe(exit)
  expect(stderr.match(/ ✗ /g)).toHaveLength(1)
  expect(stderr).not.toMatch(/\bat .*\(/)
})
