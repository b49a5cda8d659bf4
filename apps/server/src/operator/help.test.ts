/** The help of `osa-server`, and its answers to unknown commands and options. */
import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import type { CommandIo } from './command.ts'
import { runOperator } from './program.ts'

async function run(args: readonly string[], columns?: number) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  const io = { env: {}, stdin: new PassThrough(), stdout: Object.assign(stdout, { columns }), stderr }
  const code = await runOperator(args, { ...io, exit: () => {}, on: () => {} } as unknown as CommandIo)
  const read = (stream: PassThrough) => String(stream.read() ?? '')
  return { code, stdout: read(stdout), stderr: read(stderr) }
}

const names = [...(await run(['--help'], 100)).stdout.matchAll(/^ {2}([a-z][a-z -]*?) {2}/gm)].map(([, name]) => name)
const groups = [...new Set(names.filter((name) => name?.includes(' ')).map((name) => name?.split(' ')[0]))]

test.each([40, 80, undefined])('all help fits a terminal of %s columns, except examples', async (columns) => {
  expect(names.length).toBeGreaterThan(12)
  for (const words of [[], ...names.map((name) => name?.split(' ') ?? []), ...groups.map((group) => [group ?? ''])]) {
    const { code, stdout } = await run([...words, '--help'], columns)
    expect(code, words.join(' ')).toBe(0)
    const [before = ''] = stdout.split('\nExample:\n')
    const tooLong = before.split('\n').filter((line) => line.length > (columns ?? 80))
    expect(tooLong, words.join(' ')).toEqual([])
  }
})

test('--settings names the file that init writes and other commands read', async () => {
  expect((await run(['init', '--help'])).stdout).toMatch(/--settings <file> +The file to write \(\.env\)\n/)
  expect((await run(['doctor', '--help'])).stdout).toMatch(/--settings <file> +Read settings from this file/)
})

test('help, -h and --help of a group show only its commands', async () => {
  const { code, stdout } = await run(['users', '--help'])
  expect(code).toBe(0)
  expect(stdout).toMatch(/^Usage: osa-server users list\|show \[options\]\n\n {2}users list {2}.*\n {2}users show {2}/)
  expect(stdout).not.toContain('keys')
  expect((await run(['help', 'users'])).stdout).toBe(stdout)
  expect((await run(['users', '-h'])).stdout).toBe(stdout)
  expect((await run(['help', 'audit'])).stdout).toBe((await run(['audit', '--help'])).stdout)
  expect((await run(['help'])).stdout).toBe((await run(['--help'])).stdout)
})

test.each([
  [['frobnicate', '--help'], 'There is no command frobnicate.'],
  [['adit', '--help'], 'There is no command adit. Did you mean audit?'],
  [['keyz'], 'There is no command keyz. Did you mean keys?'],
  [['usrs', 'lst', '-h'], 'There is no command usrs lst. Did you mean users list?'],
  [['users', 'lst'], 'There is no command users lst. Did you mean users list?'],
  [
    ['users', 'frobnicate', '--help'],
    'There is no command users frobnicate. Commands of this group: users list, users show.',
  ],
  [['audit', '--usr', 'x'], "Unknown option '--usr'. Did you mean --user?"],
  [['audit', '--frobnicate'], "Unknown option '--frobnicate'."],
  [['--settings'], 'No command was given.'],
])('%j is refused, with a suggestion if there is one', async (args, said) => {
  const stderr = `${said}\nosa-server --help lists the commands.\n`
  expect(await run(args)).toEqual({ code: 2, stdout: '', stderr })
})
