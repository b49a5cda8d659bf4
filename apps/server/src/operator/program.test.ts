/** The operator's commands beside a running node, on PostgreSQL and on the embedded database. */
import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempDisposableSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSharedDatabase } from '@osa/db/testing/shared-postgres'
import { describe, expect, test } from 'vitest'
import { callOsaServer, documents, osaServer } from '../testing/osa-server.ts'
import { spawnNode } from '../testing/spawn-node.ts'
import { logIn, post, start } from '../testing/spawned-sign-in.ts'

test('L10 H09 L03 L07 beside a running node, sessions end, keys rotate, roles change, and the audit records it', async () => {
  const env = {
    DATABASE_URL: await createSharedDatabase({ migrated: true }),
    OSA_SECRET: randomBytes(32).toString('base64url'),
  }
  await using node = await spawnNode({ env })
  const me = async (accessToken: string) =>
    (await fetch(`${node.url}/api/v1/auth/me`, { headers: { Authorization: `Bearer ${accessToken}` } })).status
  const tokens = await logIn(node)
  expect(await me(tokens.access_token)).toBe(200)

  const signIns = documents((await callOsaServer(['audit', '--event', 'device.approve', '--json'], env)).stdout)
  expect(signIns).toMatchObject([{ event: 'device.approve', outcome: 'ok', client_id: 'osa-cli' }])
  const userId: string = signIns[0].user_id

  const revoked = await callOsaServer(['sessions', 'revoke', '--user', userId], env)
  expect(revoked).toMatchObject({ code: 0, stdout: '1 session has ended.\n', stderr: '' })
  const refreshed = await post(node, '/oauth/token', {
    grant_type: 'refresh_token',
    refresh_token: tokens.refresh_token,
    client_id: 'osa-cli',
  })
  expect(refreshed).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
  expect(await me(tokens.access_token)).toBe(401)

  const rotated = documents((await callOsaServer(['keys', 'rotate', '--json'], env)).stdout)
  expect(rotated).toMatchObject([{ algorithm: 'ES256', stage: 'published' }])
  expect((await callOsaServer(['keys', 'rotate'], env)).code).toBe(1)
  const keys = await callOsaServer(['keys', 'list'], env)
  expect(keys.stdout).toMatch(/^KEY .*\n.* signing .*\n.* published .*\n$/)
  const otherSecret = { ...env, OSA_SECRET: randomBytes(32).toString('base64url') }
  expect(await callOsaServer(['keys', 'rotate', '--now'], otherSecret)).toMatchObject({ code: 1, stdout: '' })

  const carberry = `${node.url}/development#0000-0002-1825-0097`
  const nobody = `${node.url}/development#nobody`
  expect(await callOsaServer(['role', nobody, 'admin'], env)).toMatchObject({ code: 1, stdout: '' })
  expect((await callOsaServer(['role', carberry, 'publisher', '--json'], env)).stdout).toContain(userId)
  const table = await callOsaServer(['audit', '--user', userId, '--event', 'operator.role'], env)
  expect(table.stdout).toMatch(/^AT .*\n\S+Z +operator\.role +ok .* user to publisher\n$/)

  const named = await callOsaServer(['audit', '--user', carberry, '--event', 'operator.role'], env)
  expect(named).toEqual(table)
  expect(await callOsaServer(['audit', '--user', nobody], env)).toMatchObject({ code: 1, stdout: '' })

  const again = await logIn(node)
  expect(documents((await callOsaServer(['sessions', 'revoke', '--all', '--json'], env)).stdout)).toEqual([
    { revoked: 1, sign_ins_ended: 0 },
  ])
  expect(await me(again.access_token)).toBe(401)
})

test('L10 on the embedded database the node must be stopped first, and a switched-off device grant stays off', async () => {
  using data = mkdtempDisposableSync(join(tmpdir(), 'osa-operator-'))
  const env = { OSA_DATA_DIR: data.path }
  const node = await spawnNode({ env })
  const held = await osaServer(['keys', 'list'], env)
  expect(held).toMatchObject({ code: 1, stdout: '' })
  expect(held.stderr).toContain('Stop the node first')
  await node.stop()
  expect(await osaServer(['device-grant', 'off'], env)).toMatchObject({ code: 0, stderr: '' })
  expect(
    documents((await osaServer(['audit', '--event', 'operator.device_grant', '--json'], env)).stdout),
  ).toMatchObject([{ event: 'operator.device_grant', outcome: 'ok', detail: 'off' }])
  await using again = await spawnNode({ env })
  expect(await start(again)).toMatchObject({ status: 503, body: { error: 'temporarily_unavailable' } })
  const v1 = await fetch(`${again.url}/api/v1/auth/device`, { method: 'POST' })
  expect([v1.status, await v1.json()]).toMatchObject([503, { error: 'temporarily_unavailable' }])
})

describe('a command that cannot run', () => {
  test('exits with 2 and says what is missing before anything is opened', async () => {
    using data = mkdtempDisposableSync(join(tmpdir(), 'osa-operator-'))
    const env = { OSA_DATA_DIR: join(data.path, 'none') }
    const wrong = [
      [],
      ['keys'],
      ['sessions', 'revoke'],
      ['sessions', 'revoke', '--all', '--user', 'x'],
      ['audit', '--limit', '0'],
      ['audit', '--since', 'yesterday'],
      ['audit', '--bogus'],
      ['audit', '--user', 'carberry'],
      ['role', 'carberry', 'admin'],
      ['keys', 'list', 'more'],
    ]
    const runs = await Promise.all(wrong.map((args) => callOsaServer(args, env)))
    expect(runs.map(({ code }) => code)).toEqual(wrong.map(() => 2))
    expect(runs.every(({ stdout, stderr }) => stdout === '' && stderr.includes('--help'))).toBe(true)
    expect(runs[1]?.stderr).toContain(
      'There is no command keys. Commands of this group: keys list, keys rotate, keys abandon.',
    )
  })

  test('does not create a missing database', async () => {
    using data = mkdtempDisposableSync(join(tmpdir(), 'osa-operator-'))
    const missing = join(data.path, 'none')
    const run = await callOsaServer(['keys', 'list'], { OSA_DATA_DIR: missing })
    expect(run).toMatchObject({ code: 1, stdout: '' })
    expect(run.stderr).toContain(`No node has stored data in ${missing}.`)
    expect(existsSync(missing)).toBe(false)
  })

  test('I06 names an unreachable database without its password', async () => {
    const run = await callOsaServer(['keys', 'list'], { DATABASE_URL: 'postgres://osa:canary@127.0.0.1:1/archive' })
    expect(run.code).toBe(1)
    expect(run.stderr).toContain('The database at 127.0.0.1:1/archive cannot be reached')
    expect(run.stderr).not.toContain('canary')
  })
})

test('every command has help with an example', async () => {
  const overview = await callOsaServer(['--help'])
  expect(overview.code).toBe(0)
  for (const name of [
    'init',
    'start',
    'doctor',
    'migrate',
    'keys list',
    'keys rotate',
    'sessions revoke',
    'device-grant off',
    'device-grant on',
    'users list',
    'users show',
    'role',
    'audit',
  ]) {
    expect(overview.stdout).toContain(`  ${name} `)
    const help = await callOsaServer([...name.split(' '), '--help'])
    expect([help.code, help.stderr]).toEqual([0, ''])
    expect(help.stdout).toMatch(new RegExp(`Example:\n  osa-server ${name}`))
  }
})
