/** `osa verify`: looks up the code of one terminal on another. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createOsaClient } from '@osa/sdk'
import { type FakeOsaServer, fakeOsaServer, resultAnswer } from '@osa/sdk/testing'
import { expect, test } from 'vitest'
import { failure, success } from './testing/json-shapes.ts'
import { makeSandbox } from './testing/run-osa.ts'
import { seedLink } from './testing/seed.ts'

/** A node with a sign-in of another terminal that is waiting for approval. */
async function nodeWithLogin(): Promise<FakeOsaServer> {
  const node = await fakeOsaServer()
  await createOsaClient({ server: node.url, auth: { type: 'none' } }).device.start.mutate({})
  return node
}

test('osa verify prints which client is waiting and where to continue; the request has the code in its body', async () => {
  await using node = await nodeWithLogin()
  await using sandbox = await makeSandbox()
  const { code, stdout } = await sandbox.call(['verify', 'bcdf ghjk', '--server', node.url])
  expect(code).toBe(0)
  expect(stdout).toBe(
    [
      '   Client:   OSA command line',
      '   Asks for: profile conventions:write',
      '   Expires:  in 15 min',
      `   Continue: ${node.url}/device?user_code=BCDF-GHJK`,
      '',
    ].join('\n'),
  )
  expect(node.requests.at(-1)).toMatchObject({ method: 'POST', path: '/trpc/device.verify' })
})

test('on a terminal with a browser the page is opened', async () => {
  await using node = await nodeWithLogin()
  await using sandbox = await makeSandbox()
  const opened = join(sandbox.home, 'opened')
  const browser = join(sandbox.home, 'browser')
  await writeFile(browser, `#!/bin/sh\nprintf %s "$1" > ${opened}\n`, { mode: 0o755 })
  const verify = (...args: string[]) =>
    sandbox.runOnTerminal(['verify', 'BCDF-GHJK', '--server', node.url, ...args], { env: { OSA_BROWSER: browser } })
  expect(await verify('--no-browser')).toMatchObject({ code: 0, screen: expect.not.stringContaining('browser.') })
  await expect(readFile(opened, 'utf8')).rejects.toMatchObject({ code: 'ENOENT' })
  const { code, screen } = await verify()
  expect({ code, screen }).toEqual({ code: 0, screen: expect.stringContaining('Opening your browser.') })
  expect(await readFile(opened, 'utf8')).toBe(`${node.url}/device?user_code=BCDF-GHJK`)
})

test('K38 osa verify --json prints one document of its documented shape', async () => {
  await using node = await nodeWithLogin()
  await using sandbox = await makeSandbox()
  const { stdout } = await sandbox.call(['verify', 'BCDF-GHJK', '--server', node.url, '--json'])
  expect(success.verify.parse(JSON.parse(stdout))).toMatchObject({ client_name: 'OSA command line' })
})

test('a missing code, an unknown code and too many guesses are refused', async () => {
  await using node = await nodeWithLogin()
  await using sandbox = await makeSandbox()
  const refusal = async (...args: string[]) => {
    const { stdout } = await sandbox.call(['verify', ...args, '--server', node.url, '--json'])
    return failure.parse(JSON.parse(stdout)).error
  }
  expect(await refusal()).toMatchObject({ code: 'usage', message: 'osa verify needs <code>' })
  expect(await refusal('BBBB-BBBB')).toMatchObject({ code: 'not_found', exit_code: 2 })
  for (let guess = 1; guess < 10; guess++) await refusal('BBBB-BBBB')
  expect(await refusal('BCDF-GHJK')).toMatchObject({ code: 'rate_limited', exit_code: 8, retryable: true })
})

test('K25 an archive that only a link file names is not contacted', async () => {
  await using node = await nodeWithLogin()
  await using sandbox = await makeSandbox()
  await seedLink(sandbox, { server: node.url })
  expect(await sandbox.call(['verify', 'BCDF-GHJK'])).toMatchObject({ code: 2, stdout: '' })
  expect(node.seen('trpc')).toEqual([])
})

test.each([
  ['is on another host', { continue_uri: 'https://evil.example/device' }, 'untrusted_verification_url'],
  ['is not a web address', { continue_uri: 'javascript:alert(1)' }, 'untrusted_verification_url'],
  ['is missing', { continue_uri: undefined }, 'not_an_osa_server'],
])('K07 an answer whose page %s is refused', async (_name, change, code) => {
  await using node = await nodeWithLogin()
  await using sandbox = await makeSandbox()
  const answer = { client_name: 'x', scope: 'profile', expires_in: 5, ...change }
  node.dictate('trpc', [resultAnswer(answer)], { always: true })
  const { stdout, code: exit } = await sandbox.call(['verify', 'BCDF-GHJK', '--server', node.url, '--json'])
  expect(failure.parse(JSON.parse(stdout)).error).toMatchObject({ code })
  expect(exit).toBe(8)
})
