/** Servers with wrong answers (K07): each of these bodies, for each call that sends or receives a secret. */
import { readFile } from 'node:fs/promises'
import { type FakeOsaServer, fakeOsaServer, type RawAnswer } from '@osa/sdk/testing'
import { expect, test } from 'vitest'
import { makeSandbox } from './testing/run-osa.ts'
import { seedCredentials } from './testing/seed.ts'

const typed = (type: string, body: string | Uint8Array, status = 200): RawAnswer => ({
  status,
  headers: { 'content-type': type },
  body,
})
const json = (body: string | Uint8Array, status = 200): RawAnswer => typed('application/json', body, status)

/** Answers that no call may accept, by name. */
const answers: Readonly<Record<string, RawAnswer>> = {
  'no body at all': { status: 200, body: '' },
  'an empty JSON body': json(''),
  null: json('null'),
  'a number': json('7'),
  'a string': json('"yes"'),
  'an array': json('[]'),
  'an empty object': json('{}'),
  'half an object': json('{"device_code":"a","access_token":"a","refresh_to'),
  'two objects': json('{}{}'),
  'wrong types': json(
    '{"device_code":1,"user_code":2,"access_token":[],"refresh_token":{},"token_type":7,"expires_in":"x"}',
  ),
  'another type of token': json('{"access_token":"a","refresh_token":"r","token_type":"mac","expires_in":900}'),
  'one token of two': json('{"access_token":"a","token_type":"Bearer","expires_in":900}'),
  'a token with a line break': json('{"access_token":"a\\r\\nX: y","refresh_token":"r","token_type":"Bearer"}'),
  'prototype keys': json('{"__proto__":{"access_token":"a","refresh_token":"r"},"constructor":{"prototype":{}}}'),
  '200 with an error': json('{"error":"server_error","error_description":"no"}'),
  'a deep nest': json('['.repeat(100_000)),
  'invalid UTF-8': json(Uint8Array.of(123, 255, 254, 125)),
  NULs: json('\u0000'.repeat(64)),
  'escape sequences': json('{"error":"\\u001b[2J\\u001b]0;x\\u0007","detail":{"code":"\\u001b[31m"}}', 400),
  'a page': typed('text/html', '<title>\u001b[2J\u009b1m\u202eSign in</title>'),
  'JSON with the type of plain text': typed('text/plain', '{}'),
  'a redirect': { status: 302, headers: { location: 'https://evil.example/' }, body: '' },
  'an odd client error': json('{"detail":7}', 418),
  'more than 1 MiB': json(`"${'a'.repeat(1_100_000)}"`),
}

/** The same answers, and those with JSON also as the result of a procedure, in tRPC's envelope. */
const allAnswers: Readonly<Record<string, RawAnswer>> = {
  ...answers,
  ...Object.fromEntries(
    Object.entries(answers).flatMap(([name, answer]) => {
      const isResult = answer.headers?.['content-type'] === 'application/json' && typeof answer.body === 'string'
      if (!isResult || answer.body === '') return []
      return [[`${name}, as a result`, { ...answer, body: `[{"result":{"data":{"json":${answer.body}}}}]` }]]
    }),
  ),
}

/** Runs `check` for each answer, eight at a time. */
async function withEach(check: (name: string, answer: RawAnswer) => Promise<void>): Promise<void> {
  const left = Object.entries(allAnswers).values()
  const worker = async (): Promise<void> => {
    for (const [name, answer] of left) await check(name, answer)
  }
  await Promise.all(Array.from({ length: 8 }, worker))
}

/** Runs `osa` against a server that answers one call like this, with a saved login if the command needs one. */
async function ask(call: Parameters<FakeOsaServer['dictate']>[0], command: string, answer: RawAnswer) {
  await using node = await fakeOsaServer()
  await using sandbox = await makeSandbox()
  const before = await seedCredentials(
    sandbox,
    command === 'login' ? {} : { [node.url]: node.issue({ expired: true }) },
  )
  node.dictate(call, [answer], { always: true })
  const { code, stdout, stderr } = await sandbox.call([command, '--server', node.url])
  return { code, stdout, stderr, isUntouched: (await readFile(sandbox.credentials, 'utf8')) === before }
}

const traceOrEscape = /\bat .*\(|\.c?js:\d|[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/

test.each([
  ['device', 'login'],
  ['token', 'login'],
  ['refresh', 'whoami'],
] as const)(
  'K07 for any wrong answer to %s, osa %s prints one error, exits with 8 and saves nothing',
  async (call, command) => {
    await withEach(async (name, answer) => {
      const { code, stdout, stderr, isUntouched } = await ask(call, command, answer)
      expect({ name, code, stdout, isUntouched }).toEqual({ name, code: 8, stdout: '', isUntouched: true })
      expect(
        stderr.split('\n').filter((line) => line.startsWith(' ✗ ')),
        name,
      ).toHaveLength(1)
      expect(stderr, name).toMatch(/\n → .+\n$/)
      expect(stderr, name).not.toMatch(traceOrEscape)
    })
  },
)

test('K07 K36 for any wrong answer to a revocation, the login is removed, and osa says that the server was not told', async () => {
  await withEach(async (name, answer) => {
    const { code, stdout, stderr } = await ask('logout', 'logout', answer)
    expect({ name, code, stdout }).toEqual({ name, code: 0, stdout: '' })
    expect(stderr, name).toMatch(/^ ✓ Forgot the login for .+\n ⚠ Couldn't tell the archive \(.+\n$/)
    expect(stderr, name).not.toMatch(traceOrEscape)
  })
})

test.each([200, 502])(
  'K38: if a proxy answers a refresh with a web page and status %i, the error is retryable',
  async (status) => {
    await using node = await fakeOsaServer()
    await using sandbox = await makeSandbox()
    await seedCredentials(sandbox, { [node.url]: node.issue({ expired: true }) })
    node.dictate('refresh', [typed('text/html', '<title>Proxy</title>', status)], { always: true })
    const { stdout } = await sandbox.call(['whoami', '--server', node.url, '--json'])
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, error: { retryable: true } })
  },
)
