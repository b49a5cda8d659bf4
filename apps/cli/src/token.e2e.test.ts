import { fakeOsaServer } from '@osa/sdk/testing'
import { expect, test } from 'vitest'
import { makeSandbox } from './testing/run-osa.ts'
import { seedCredentials } from './testing/seed.ts'

test('osa token prints only the saved access token, on stdout', async () => {
  await using node = await fakeOsaServer()
  await using sandbox = await makeSandbox()
  const login = node.issue()
  await seedCredentials(sandbox, { [node.url]: login })
  expect(await sandbox.call(['token'])).toEqual({ code: 0, stdout: `${login.access_token}\n`, stderr: '' })
  const { stdout } = await sandbox.call(['token', '--json'])
  expect(JSON.parse(stdout)).toEqual({
    v: 1,
    ok: true,
    server: node.url,
    access_token: login.access_token,
    expires_at: new Date(login.expires_at * 1000).toISOString(),
  })
  expect(node.requests).toEqual([])
})

test('K33 a token that expires within --min-ttl (default 300 s) is renewed first, once', async () => {
  await using node = await fakeOsaServer({ accessTtl: 900 })
  await using sandbox = await makeSandbox()
  const login = node.issue({ expiresInSeconds: 200 })
  await seedCredentials(sandbox, { [node.url]: login })
  const kept = await sandbox.call(['token', '--min-ttl', '60'])
  expect(kept.stdout).toBe(`${login.access_token}\n`)
  const renewed = await sandbox.call(['token'])
  expect(renewed.stdout).not.toBe(kept.stdout)
  expect((await sandbox.readCredentials())[node.url]).toMatchObject({ access_token: renewed.stdout.trim() })
  expect((await sandbox.call(['token'])).stdout).toBe(renewed.stdout)
  expect(node.seen('refresh')).toHaveLength(1)
  const greedy = await sandbox.call(['token', '--min-ttl', '5000'])
  expect(greedy.code).toBe(0)
  expect(greedy.stderr).toMatch(
    /^ ⚠ The token is valid for only [89]\d\d s: the archive issues no tokens that last longer\n/,
  )
})

test('K17 on a terminal the token is not shown without --yes', async () => {
  await using node = await fakeOsaServer()
  await using sandbox = await makeSandbox()
  const login = node.issue()
  await seedCredentials(sandbox, { [node.url]: login })
  const refused = await sandbox.runOnTerminal(['token'])
  expect(refused.code).toBe(2)
  expect(refused.screen).toContain(' ✗ osa token would show a secret on this terminal')
  expect(refused.screen).toContain(' → Pipe it into a program, or pass --yes')
  expect(refused.screen).not.toContain(login.access_token)
  const json = await sandbox.runOnTerminal(['token', '--json'])
  expect(json.code).toBe(2)
  expect(json.screen).not.toContain(login.access_token)
  const agreed = await sandbox.runOnTerminal(['token', '--yes'])
  expect(agreed.screen).toContain(login.access_token)
})

test('K31 OSA_TOKEN is never printed', async () => {
  await using sandbox = await makeSandbox()
  const env = { OSA_TOKEN: 'at_secret', OSA_SERVER: 'https://a.example' }
  const { code, stdout, stderr } = await sandbox.call(['token', '--yes'], { env })
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).not.toContain('at_secret')
})

test('K38 the exit code is 4 without a login, 2 for an invalid --min-ttl, and 4 after the session has ended', async () => {
  await using node = await fakeOsaServer()
  await using sandbox = await makeSandbox()
  expect((await sandbox.call(['token', '--server', node.url])).code).toBe(4)
  for (const odd of ['-1', '1.5', 'soon', '99999999']) {
    expect((await sandbox.call(['token', `--min-ttl=${odd}`, '--server', node.url])).code).toBe(2)
  }
  await seedCredentials(sandbox, { [node.url]: node.issue({ expired: true }) })
  node.revokeFamily()
  const { code, stdout, stderr } = await sandbox.call(['token'])
  expect({ code, stdout }).toEqual({ code: 4, stdout: '' })
  expect(stderr).toContain(` → Run osa login ${node.url}\n`)
})
