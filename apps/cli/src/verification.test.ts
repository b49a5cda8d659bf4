import { isOsaError, login, OsaError } from '@osa/sdk/node'
import { createManualClock, memoryStore } from '@osa/sdk/testing'
import { expect, test } from 'vitest'
import type { CommandContext } from './command.ts'
import { createIo } from './io.ts'
import { openSignInScreen } from './verification.ts'

const server = 'https://archive.example.org'
const document = {
  ...{ name: 'Archive', version: '1', issuer: server, api: `${server}/api`, trpc: `${server}/trpc` },
  refresh_reuse_grace_seconds: 30,
}

/** Waits for 2 min 10 s, until the code expires without a decision. Returns what was printed. */
async function wait(options: { isJson: boolean; outageAtPoll?: number }): Promise<{ stdout: string; stderr: string }> {
  const said = { stdout: '', stderr: '' }
  const stream = (name: 'stdout' | 'stderr') =>
    ({ isTTY: false, write: (text: string) => (said[name] += text) }) as unknown as NodeJS.WriteStream
  const clock = createManualClock()
  const io = createIo({
    stdin: () => process.stdin,
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    look: { isUnicode: true, hasColour: false, hasLinks: false },
    resultLook: { isUnicode: true, hasColour: false, hasLinks: false },
    isQuiet: false,
    isJson: options.isJson,
    isInteractive: false,
    isLive: false,
  })
  const screen = openSignInScreen({ io, clock, env: {}, isCi: true } as unknown as CommandContext)
  const started = {
    device_code: 'dc',
    user_code: 'BCDF-GHJK',
    verification_uri: `${server}/device`,
    verification_uri_complete: `${server}/device?user_code=BCDF-GHJK`,
    expires_in: 130,
    interval: 5,
  }
  let polls = 0
  const answer = async (url: URL): Promise<object> => {
    if (url.pathname.endsWith('/osa')) return document
    if (url.pathname.endsWith('/device.start')) return [{ result: { data: { json: started } } }]
    if (!url.pathname.endsWith('/device.token'))
      throw new OsaError('connection_failed', 'this node has no device.watch')
    polls++
    if (polls === options.outageAtPoll) throw new OsaError('connection_failed', 'gone', { retryable: true })
    const json = { error: 'authorization_pending', error_description: '' }
    return [{ result: { data: { json } } }]
  }
  const fetch = async (url: string | URL | Request): Promise<Response> => {
    const body = JSON.stringify(await answer(new URL(String(url))))
    return new Response(body, { headers: { 'content-type': 'application/json' } })
  }
  const { show: onVerification, report: onWaiting } = screen
  const how = { server, store: memoryStore(), clock, fetch, onVerification, onWaiting }
  const error = await login(how).catch((reason: unknown) => reason)
  expect(isOsaError(error, 'login_expired')).toBe(true)
  return said
}

test('without a live countdown, a line is printed once a minute', async () => {
  expect((await wait({ isJson: false })).stderr).toBe(
    `   Ask the person to open ${server}/device?user_code=BCDF-GHJK and check the code BCDF-GHJK\n` +
      '   Waiting for approval in the browser (code expires in 02:10)\n   still waiting (code expires in 01:10)\n   still waiting (code expires in 00:10)\n',
  )
})

test('lost contact is reported immediately, and only once', async () => {
  const { stderr } = await wait({ isJson: false, outageAtPoll: 2 })
  expect(stderr).toMatch(/\n {3}Waiting .+\n ⚠ Lost contact with the archive; still trying \(code expires in 02:00\)\n/)
  expect(stderr.match(/Lost contact/g)).toHaveLength(1)
})

test('K38 with --json these are events, at most one a minute', async () => {
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
