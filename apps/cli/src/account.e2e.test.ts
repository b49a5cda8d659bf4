import type { ChildProcess } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { fakeOsaServer } from '@osa/sdk/testing'
import { describe, expect, test } from 'vitest'
import { makeSandbox } from './testing/run-osa.ts'
import { seedCredentials, seedLink } from './testing/seed.ts'

const other = 'https://other.example'
const otherLogin = { access_token: 'a', refresh_token: 'r', user: { display_name: 'Grace', external_id: 'g' } }

describe('whoami', () => {
  test('K38 stdout has only the person; the archive and the roles are shown only on a terminal', async () => {
    await using node = await fakeOsaServer()
    await using sandbox = await makeSandbox()
    await seedCredentials(sandbox, { [node.url]: node.issue() })
    await seedLink(sandbox, { server: node.url })
    const piped = await sandbox.call(['whoami'])
    expect(piped).toEqual({ code: 0, stdout: 'Josiah Carberry (0000-0002-1825-0097)\n', stderr: '' })
    const { screen } = await sandbox.runOnTerminal(['whoami'])
    expect(screen).toContain(`   ${node.url} (from .osa/config.json) · roles: admin · credentials.json`)
  })

  test('K15 without a login the exit code is 4, stdout is empty and nothing is sent', async () => {
    await using node = await fakeOsaServer()
    await using sandbox = await makeSandbox()
    await seedLink(sandbox, { server: node.url })
    const { code, stdout, stderr } = await sandbox.call(['whoami'])
    expect({ code, stdout }).toEqual({ code: 4, stdout: '' })
    expect(stderr).toBe(` ✗ Not logged in to ${node.url} (from .osa/config.json)\n → Run osa login\n`)
    const elsewhere = await sandbox.call(['whoami', '--server', 'https://other.example'])
    expect(elsewhere.stderr).toBe(' ✗ Not logged in to https://other.example\n → Run osa login https://other.example\n')
    const inCi = await sandbox.call(['whoami'], { env: { CI: 'true', OSA_TOKEN: '' } })
    expect(inCi.stderr).toContain(
      '   OSA_TOKEN is set but empty: the secret may be missing in this job\n → Set OSA_TOKEN',
    )
    expect(node.requests).toEqual([])
  })

  test('K33 an expired access token is renewed with one refresh', async () => {
    await using node = await fakeOsaServer()
    await using sandbox = await makeSandbox()
    await seedCredentials(sandbox, { [node.url]: node.issue({ expired: true }) })
    const { code, stderr } = await sandbox.call(['whoami', '-v'])
    expect(code).toBe(0)
    expect(stderr).toBe('   Session refreshed (access token had expired)\n')
    expect(node.seen('refresh')).toHaveLength(1)
    expect((await sandbox.readCredentials())[node.url]).toMatchObject({ refresh_token: node.families[0]?.refreshToken })
  })

  test('K32 ten processes at once make one refresh, and all are signed in', async () => {
    await using node = await fakeOsaServer()
    await using sandbox = await makeSandbox()
    await seedCredentials(sandbox, { [node.url]: node.issue({ expired: true }) })
    const runs = await Promise.all(Array.from({ length: 10 }, () => sandbox.run(['whoami'])))
    expect(runs.map(({ code }) => code)).toEqual(Array(10).fill(0))
    expect(node.seen('refresh')).toHaveLength(1)
    expect(node.families[0]?.revoked).toBe(false)
  })

  test('K35 a terminal that is closed while a session is renewed does not lose it: osa saves the new tokens before it ends', async () => {
    await using node = await fakeOsaServer()
    await using sandbox = await makeSandbox()
    const login = node.issue({ expired: true })
    await seedCredentials(sandbox, { [node.url]: login })
    node.slow(1000)
    const hangUp = async (child: ChildProcess) => {
      await expect.poll(() => node.seen('refresh'), { interval: 5, timeout: 60_000 }).toHaveLength(1)
      child.kill('SIGHUP')
      child.kill('SIGHUP')
    }
    let hungUp: Promise<void> | undefined
    await sandbox.run(['whoami'], {
      onStart: (child) => {
        hungUp = hangUp(child)
      },
    })
    await hungUp
    const saved = (await sandbox.readCredentials())[node.url]
    expect(saved).toMatchObject({ refresh_token: node.families[0]?.refreshToken })
    expect(saved).not.toMatchObject({ refresh_token: login.refresh_token })
  })

  test('K34 an ended session is reported, and the file is not changed', async () => {
    await using node = await fakeOsaServer()
    await using sandbox = await makeSandbox()
    const before = await seedCredentials(sandbox, { [node.url]: node.issue({ expired: true }) })
    node.revokeFamily()
    const { code, stderr } = await sandbox.call(['whoami'])
    expect(code).toBe(4)
    expect(stderr).toContain(
      ` ✗ Your session on ${node.url} has ended (it was signed out or used elsewhere)\n → Run osa login ${node.url}\n`,
    )
    expect(await readFile(sandbox.credentials, 'utf8')).toBe(before)
    expect(node.seen('device')).toEqual([])
  })

  test('K33 a token that is refused again after a refresh is not renewed again', async () => {
    await using node = await fakeOsaServer()
    await using sandbox = await makeSandbox()
    await seedCredentials(sandbox, { [node.url]: node.issue() })
    const refused = {
      status: 401,
      headers: { 'content-type': 'application/json' },
      body: '{"detail":{"code":"invalid_token","message":"x"}}',
    }
    node.dictate('me', [refused], { always: true })
    const { code } = await sandbox.call(['whoami'])
    expect(code).toBe(4)
    expect([node.seen('me').length, node.seen('refresh').length]).toEqual([2, 1])
  })

  test('if the server is down, the last known person is printed', async () => {
    await using sandbox = await makeSandbox()
    const node = await fakeOsaServer()
    await seedCredentials(sandbox, { [node.url]: { ...node.issue(), obtained_at: Date.now() / 1000 - 7200 } })
    await node[Symbol.asyncDispose]()
    const { code, stderr } = await sandbox.call(['whoami'])
    expect(code).toBe(7)
    expect(stderr).toContain(` ✗ Can't connect to ${node.url} (connection refused)\n`)
    expect(stderr).toContain('   Last known: Josiah Carberry (checked 2 h ago)\n')
    const offline = await sandbox.call(['whoami', '--offline'])
    expect(offline).toMatchObject({ code: 0, stdout: 'Josiah Carberry (0000-0002-1825-0097)\n' })
  })

  test('for a mistyped host the one that was probably meant is suggested', async () => {
    await using sandbox = await makeSandbox()
    await seedCredentials(sandbox, { 'https://archive.invalid': otherLogin })
    const { code, stderr } = await sandbox.call(['login', '--server', 'https://archve.invalid'])
    expect(code).toBe(7)
    expect(stderr).toContain(" ✗ Can't find archve.invalid (DNS: no ")
    expect(stderr).toContain(' → Check the address; is it https://archive.invalid?\n')
  })

  test('a wrong clock is mentioned if a login is refused', async () => {
    await using node = await fakeOsaServer()
    await using sandbox = await makeSandbox()
    await seedCredentials(sandbox, { [node.url]: { ...node.issue(), refresh_token: '' } })
    const date = new Date(Date.now() + 7 * 60_000).toUTCString()
    const headers = { 'content-type': 'application/json', date }
    node.dictate('me', [{ status: 401, headers, body: '{"detail":{"code":"invalid_token","message":"x"}}' }])
    const { stderr } = await sandbox.call(['whoami'], { env: { OSA_TOKEN: 'at_x', OSA_SERVER: node.url } })
    expect(stderr).toContain('   Your clock is 7 min behind 127.0.0.1, so the session looks invalid\n')
  })
})

describe('OSA_TOKEN', () => {
  test('K31 is used but not stored, and needs no home folder', async () => {
    await using node = await fakeOsaServer()
    await using sandbox = await makeSandbox()
    const { access_token } = node.issue()
    const env = { OSA_TOKEN: access_token, OSA_SERVER: node.url, HOME: '/nonexistent' }
    const { code, stdout, stderr } = await sandbox.call(['whoami', '--json'], { env })
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      auth: { source: 'OSA_TOKEN', storage: { kind: 'env' }, refreshable: false },
    })
    expect(node.seen('me')[0]?.headers.authorization).toBe(`Bearer ${access_token}`)
    expect(`${stdout}${stderr}`).not.toContain(access_token)
  })

  test.each(['a\r\nX: y', 'two words', 'tab\there', 'ünïcode'])(
    'K31 with the value %j is refused, and the value is not printed',
    async (token) => {
      await using node = await fakeOsaServer()
      await using sandbox = await makeSandbox()
      const { code, stderr } = await sandbox.call(['whoami', '--server', node.url], { env: { OSA_TOKEN: token } })
      expect(code).toBe(2)
      expect(stderr).not.toContain(token)
      expect(node.requests).toEqual([])
    },
  )

  test('K25 is not sent to an archive that only a link file names', async () => {
    await using node = await fakeOsaServer()
    await using sandbox = await makeSandbox()
    await seedLink(sandbox, { server: node.url })
    const { code, stdout } = await sandbox.call(['whoami', '--json'], { env: { OSA_TOKEN: 'at_secret' } })
    expect(code).toBe(2)
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, error: { code: 'token_wrong_server', exit_code: 2 } })
    expect(node.requests).toEqual([])
  })

  test('K25 is sent there only if the token itself names that origin', async () => {
    await using node = await fakeOsaServer()
    await using sandbox = await makeSandbox()
    await seedLink(sandbox, { server: node.url })
    const tokenOf = (iss: string) => `e30.${Buffer.from(JSON.stringify({ iss })).toString('base64url')}.x`
    await sandbox.call(['whoami'], { env: { OSA_TOKEN: tokenOf(node.url) } })
    expect(node.seen('me')).toHaveLength(1)
    const { code } = await sandbox.call(['whoami'], { env: { OSA_TOKEN: tokenOf(`${node.url}0`) } })
    expect(code).toBe(2)
    expect(node.requests).toHaveLength(1)
  })

  test('is sent only to OSA_SERVER if that is set too', async () => {
    await using node = await fakeOsaServer()
    await using sandbox = await makeSandbox()
    const env = { OSA_TOKEN: 'at_x', OSA_SERVER: 'https://archive.example.org' }
    const { code, stderr } = await sandbox.call(['whoami', '--server', node.url], { env })
    expect(code).toBe(2)
    expect(stderr).toContain(
      ` ✗ OSA_TOKEN belongs to OSA_SERVER (https://archive.example.org); not sending it to ${node.url}\n`,
    )
    expect(node.requests).toEqual([])
  })

  test('is never renewed', async () => {
    await using node = await fakeOsaServer()
    await using sandbox = await makeSandbox()
    await seedCredentials(sandbox, { [node.url]: node.issue() })
    const env = { OSA_TOKEN: 'at_old', OSA_SERVER: node.url }
    const { code, stderr } = await sandbox.call(['whoami'], { env })
    expect(code).toBe(4)
    expect(stderr).toContain(
      ' ✗ The archive refused OSA_TOKEN (invalid_token)\n → Create a new token and update OSA_TOKEN\n',
    )
    expect(node.seen('refresh')).toEqual([])
  })
})

describe('logout', () => {
  test('K36 ends the session at the server and removes only this login', async () => {
    await using node = await fakeOsaServer()
    await using sandbox = await makeSandbox()
    const only = await seedCredentials(sandbox, { [other]: otherLogin })
    const login = node.issue()
    await seedCredentials(sandbox, { [other]: otherLogin, [node.url]: login })
    const { code, stdout, stderr } = await sandbox.call(['logout', '--server', node.url])
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: '',
      stderr: ` ✓ Logged out of ${node.url} (Josiah Carberry)\n`,
    })
    expect(node.families[0]?.revoked).toBe(true)
    expect(JSON.parse(node.seen('logout')[0]?.body ?? '')).toEqual({
      0: { json: { refresh_token: login.refresh_token } },
    })
    expect(await readFile(sandbox.credentials, 'utf8')).toBe(only)
  })

  test('K36 removes the login although the server is down, and says so', async () => {
    await using sandbox = await makeSandbox()
    const node = await fakeOsaServer()
    const only = await seedCredentials(sandbox, { [other]: otherLogin })
    await seedCredentials(sandbox, { [other]: otherLogin, [node.url]: node.issue() })
    await node[Symbol.asyncDispose]()
    const { code, stderr } = await sandbox.call(['logout', node.url])
    expect(code).toBe(0)
    expect(stderr).toContain(
      ` ✓ Forgot the login for ${node.url} on this computer\n ⚠ Couldn't tell the archive (connection refused)`,
    )
    expect(await readFile(sandbox.credentials, 'utf8')).toBe(only)
  })

  test.each([
    [500, 'application/json', '{}'],
    [200, 'text/html', '<title>Sign in</title>'],
    [200, 'application/json', 'null'],
    [307, 'text/plain', ''],
  ])('K07 does not treat the answer %i %s %j as success', async (status, type, body) => {
    await using node = await fakeOsaServer()
    await using sandbox = await makeSandbox()
    await seedCredentials(sandbox, { [node.url]: node.issue() })
    node.dictate('logout', [{ status, headers: { 'content-type': type }, body }])
    const { code, stdout } = await sandbox.call(['logout', '--json'])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      ok: true,
      results: [{ server: node.url, removed: true, revoked: false }],
    })
  })

  test('succeeds if there is no login, and mentions OSA_TOKEN', async () => {
    await using sandbox = await makeSandbox()
    const { code, stderr } = await sandbox.call(['logout', other], { env: { OSA_TOKEN: 'x' } })
    expect(code).toBe(0)
    expect(stderr).toBe(
      `   Not logged in to ${other}; nothing to do\n ⚠ OSA_TOKEN is still set in this shell and will still be used\n`,
    )
    expect((await sandbox.call(['logout'])).code).toBe(0)
  })

  test('does not choose one of several logins; --all ends every one', async () => {
    await using node = await fakeOsaServer()
    await using sandbox = await makeSandbox()
    await seedCredentials(sandbox, { [other]: otherLogin, [node.url]: node.issue() })
    const guessed = await sandbox.call(['logout'])
    expect(guessed.code).toBe(3)
    expect(guessed.stderr).toContain(other)
    const { code } = await sandbox.call(['logout', '--all', '--local'])
    expect(code).toBe(0)
    expect(await sandbox.readCredentials()).toEqual({})
    expect(node.requests).toEqual([])
  })

  test('K23 with --all ends the other logins if one is in an unavailable keychain', async () => {
    await using node = await fakeOsaServer()
    await using sandbox = await makeSandbox()
    const pointer = { storage: 'keychain', keychain: 'keyring' }
    await seedCredentials(sandbox, { [other]: pointer, [node.url]: node.issue() })
    const { code, stderr } = await sandbox.call(['logout', '--all'])
    expect(code).toBe(9)
    expect(stderr).toContain(` ✓ Logged out of ${node.url}`)
    expect(stderr).toContain("so the login can't be removed")
    expect(await sandbox.readCredentials()).toEqual({ [other]: pointer })
  })
})
