import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { startFakeNode } from '@osa/sdk/testing'
import { expect, test } from 'vitest'
import { makeSandbox } from './testing/run-osa.ts'
import { version } from './version.ts'

const commands = ['login', 'logout', 'whoami', 'link', 'unlink']

test('an unknown command is exit 2, with what was probably meant', async () => {
  await using sandbox = await makeSandbox()
  expect(await sandbox.run(['bogus'])).toMatchObject({ code: 2, stdout: '' })
  const { stderr } = await sandbox.run(['whoam'])
  expect(stderr).toBe(' ✗ Unknown command "whoam"\n → Did you mean: osa whoami\n')
})

test('osa alone shows help on stdout', async () => {
  await using sandbox = await makeSandbox()
  const { code, stdout, stderr } = await sandbox.run([])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  for (const command of commands) expect(stdout).toContain(`  ${command}`)
})

test.each(commands)('osa %s --help has an example', async (command) => {
  await using sandbox = await makeSandbox()
  const { code, stdout } = await sandbox.run([command, '--help'])
  expect(code).toBe(0)
  expect(stdout).toMatch(new RegExp(`Examples:\n {2}osa ${command}`))
})

test.each([['--version'], ['-V'], ['login', '--version']])(
  'the version is printed by %s %s, and nothing else happens',
  async (...args) => {
    await using sandbox = await makeSandbox()
    expect(await sandbox.run(args)).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' })
  },
)

test.each([
  [['login', '--frce']],
  [['whoami', 'extra', 'arguments']],
  [['whoami', '--server']],
  [['whoami', '--server', 'https://a.example', '--server', 'https://b.example']],
  [['logout', 'https://a.example', '--server', 'https://b.example']],
  [['whoami', '--timeout', 'soon', '--server', 'https://a.example']],
  [['whoami', '--cwd', '/does/not/exist']],
  [['login', '--storage', 'clay', '--server', 'https://a.example']],
])('K38: %j is exit 2 with one block, no stack trace', async (args) => {
  await using sandbox = await makeSandbox()
  const { code, stdout, stderr } = await sandbox.run(args)
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr.match(/ ✗ /g)).toHaveLength(1)
  expect(stderr).not.toMatch(/\bat .*\(|\.js:\d/)
})

test.each([
  ['http://a.example', 'insecure_http'],
  ['http://10.0.0.5:8000', 'insecure_http'],
  ['https://u:p@h', 'invalid_server_url'],
  ['https://h/?x', 'invalid_server_url'],
  ['ftp://h', 'invalid_server_url'],
])('K01 K02 S22: --server %s is refused as %s', async (server, code) => {
  await using sandbox = await makeSandbox()
  for (const command of ['login', 'whoami', 'link', 'logout']) {
    const { stdout } = await sandbox.run([command, '--json', '--server', server])
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, error: { code, exit_code: 2 } })
  }
})

test('K10: with certificate checks turned off nothing is sent over https', async () => {
  await using sandbox = await makeSandbox()
  const env = { NODE_TLS_REJECT_UNAUTHORIZED: '0', OSA_TOKEN: 'x', OSA_SERVER: 'https://127.0.0.1:9' }
  const { code, stderr } = await sandbox.run(['whoami'], { env })
  expect(code).toBe(7)
  expect(stderr).toContain(' ✗ NODE_TLS_REJECT_UNAUTHORIZED=0 turns off the check of certificates\n')
})

/** A proxy that answers CONNECT with a status, or hangs up, and notes every byte that reaches it. */
const startProxy = async (status: number | null) => {
  const seen: string[] = []
  const server = createServer((request) => void seen.push(`${request.method} ${request.url}`))
  server.on('connect', (request: IncomingMessage, socket: Socket) => {
    seen.push(`CONNECT ${request.url} ${request.headers.authorization ?? ''}`.trim())
    socket.end(status === null ? '' : `HTTP/1.1 ${status} No\r\n\r\n`)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return {
    seen,
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: () => new Promise<void>((done) => server.close(() => done())),
  }
}

test('K40 S8: a proxy for https is asked to CONNECT and sees no secret; loopback http goes straight', async () => {
  await using proxy = await startProxy(407)
  await using node = await startFakeNode()
  await using sandbox = await makeSandbox()
  const url = `http://me:hunter2@127.0.0.1:${proxy.port}`
  const env = { HTTPS_PROXY: url, HTTP_PROXY: url, OSA_TOKEN: 'at_secret' }
  const direct = await sandbox.run(['whoami', '--server', node.url], { env })
  expect(direct.code).toBe(4)
  expect(node.seen('me')).toHaveLength(1)
  const { code, stderr } = await sandbox.run(['whoami', '--server', 'https://archive.example'], { env })
  expect(code).toBe(7)
  const shown = `http://127.0.0.1:${proxy.port}`
  expect(stderr).toContain(` ✗ The proxy ${shown} (HTTPS_PROXY) refused the connection to archive.example (407)\n`)
  expect(stderr).not.toContain('hunter2')
  expect(proxy.seen).toEqual(['CONNECT archive.example:443'])
})

test('K08 K40: a proxy that hangs up does not keep osa busy beyond its deadline', async () => {
  await using proxy = await startProxy(null)
  await using sandbox = await makeSandbox()
  const env = { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}`, OSA_TOKEN: 'at_secret' }
  const startedAtMs = Date.now()
  const { code } = await sandbox.run(['whoami', '--timeout', '1', '--server', 'https://archive.example'], { env })
  expect(code).toBe(7)
  expect(Date.now() - startedAtMs).toBeLessThan(4000)
})

test('a locale without UTF-8 gets ASCII marks', async () => {
  await using sandbox = await makeSandbox()
  const { stderr } = await sandbox.run(['bogus'], { env: { LANG: 'C' } })
  expect(stderr).toBe(' x Unknown command "bogus"\n -> See what there is: osa --help\n')
})

test('the bundle carries no path of the machine it was built on', async () => {
  await using sandbox = await makeSandbox()
  const main = new URL('../dist/main.js', import.meta.url)
  expect(await readFile(main, 'utf8')).not.toContain(process.cwd())
  expect((await sandbox.run(['--version'])).code).toBe(0)
})
