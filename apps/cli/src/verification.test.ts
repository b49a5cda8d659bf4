import { isOsaError, OsaError, type PendingLogin } from '@osa/sdk/node'
import { createManualClock } from '@osa/sdk/testing'
import { expect, test } from 'vitest'
import type { CommandContext } from './command.ts'
import { createIo } from './io.ts'
import { waitWithCompany } from './verification.ts'

const server = 'https://archive.example.org'

/** Two minutes and ten seconds of waiting in which nobody decides; what is said meanwhile. */
const wait = async (options: {
  isJson: boolean
  outageAtPoll?: number
}): Promise<{ stdout: string; stderr: string }> => {
  const said = { stdout: '', stderr: '' }
  const stream = (name: 'stdout' | 'stderr') =>
    ({ isTTY: false, write: (text: string) => (said[name] += text) }) as unknown as NodeJS.WriteStream
  const clock = createManualClock()
  const io = createIo({
    stdin: () => process.stdin,
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    look: { isUnicode: true, hasColour: false },
    isJson: options.isJson,
    isInteractive: false,
    isLive: false,
  })
  let polls = 0
  const http: CommandContext['http'] = async ({ path, method }) => {
    if (!path.endsWith('/token')) throw new OsaError('connection_failed', 'no watching here', { retryable: true })
    polls++
    if (polls === options.outageAtPoll) throw new OsaError('connection_failed', 'gone', { retryable: true })
    const json = { error: 'authorization_pending' }
    const headers = new Headers()
    return {
      server,
      request: `${method} ${path}`,
      status: 400,
      contentType: 'application/json',
      json,
      text: '',
      headers,
    }
  }
  const login: PendingLogin = {
    server,
    userCode: 'BCDF-GHJK',
    verificationUri: `${server}/device`,
    verificationUriComplete: `${server}/device?user_code=BCDF-GHJK`,
    expiresAtMs: clock.now() + 130_000,
    intervalSeconds: 5,
    deviceCode: 'dc',
  }
  const context = { io, http, clock, signal: new AbortController().signal } as unknown as CommandContext
  const error = await waitWithCompany(context, login).catch((reason: unknown) => reason)
  expect(isOsaError(error, 'login_expired')).toBe(true)
  return said
}

test('S3b: where no line is redrawn, a log gets a sign of life once a minute', async () => {
  expect((await wait({ isJson: false })).stderr).toBe(
    '   Waiting for approval (code expires in 02:10)\n   still waiting (code expires in 01:10)\n   still waiting (code expires in 00:10)\n',
  )
})

test('S8: losing contact is said once, at once', async () => {
  const { stderr } = await wait({ isJson: false, outageAtPoll: 2 })
  expect(stderr).toMatch(/^ {3}Waiting .+\n ⚠ Lost contact with the server; still trying \(code expires in 02:00\)\n/)
  expect(stderr.match(/Lost contact/g)).toHaveLength(1)
})

test('K38: with --json the same are events, at most one a minute', async () => {
  const { stdout, stderr } = await wait({ isJson: true })
  expect(stderr).toBe('')
  expect(
    stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toEqual([
    { v: 1, event: 'waiting', reason: 'pending', seconds_left: 70 },
    { v: 1, event: 'waiting', reason: 'pending', seconds_left: 10 },
  ])
})
