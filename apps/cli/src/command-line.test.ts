import { isOsaError } from '@osa/sdk/node'
import { expect, test } from 'vitest'
import { parseCommandLine } from './command-line.ts'

function refusal(...argv: string[]): { message: string; hint: string | undefined } {
  try {
    parseCommandLine(argv)
  } catch (error) {
    if (isOsaError(error, 'usage')) return { message: error.message, hint: error.hint }
    throw error
  }
  throw new Error(`osa ${argv.join(' ')} was accepted`)
}

test.each(['007', '0x1F', '1e5', 'true', 'null'])('the value %s stays what was typed', (typed) => {
  expect(parseCommandLine(['deploy', '--token', typed]).flags.value('token')).toBe(typed)
  expect(parseCommandLine(['deploy', `--token=${typed}`]).flags.value('token')).toBe(typed)
})

test('a value that starts with a dash or contains = is given after =', () => {
  expect(parseCommandLine(['deploy', '--token=-a=b']).flags.value('token')).toBe('-a=b')
  expect(refusal('deploy', '--token', '-abc')).toEqual({
    message: '--token needs a value',
    hint: 'Write --token <token>, or --token=<token> if it starts with a dash',
  })
})

test.each([
  [['whoami', '--server']],
  [['whoami', '--server=']],
  [['whoami', '--server', '']],
  [['whoami', '--server', '--json']],
])('an option without its value is refused: %j', (argv) => {
  expect(refusal(...argv)).toEqual({
    message: '--server needs a value',
    hint: 'Write --server <url>, or --server=<url> if it starts with a dash',
  })
})

test('one option with two values is refused, the same value twice is not', () => {
  expect(refusal('whoami', '--server', 'a', '--server', 'b').message).toContain('more than once')
  expect(parseCommandLine(['whoami', '--server', 'a', '--server=a']).flags.value('server')).toBe('a')
  expect(refusal('login', '--qr', '--no-qr').message).toBe('--qr and --no-qr are given together')
  expect(refusal('whoami', '-v', '-q').message).toBe('--verbose and --quiet are given together')
})

test.each([
  [['whoam'], 'Did you mean: osa whoami'],
  [['sesions'], 'Did you mean: osa sessions'],
  [['bogus'], 'See what there is: osa --help'],
  [['constructor'], 'See what there is: osa --help'],
  [['version'], 'Did you mean: osa --version'],
  [['start'], 'It is a command of the original osa (Python), which runs a local archive'],
  [['login', '--no-brwser'], 'Did you mean: --no-browser'],
  [['whoami', '--jsn'], 'Did you mean: --json'],
  [['login', '-x'], 'See what there is: osa login --help'],
  [['--jason'], 'Did you mean: --json'],
  [['--sevrer', 'https://a.example', 'whoami'], 'Did you mean: --server'],
  [['help', 'x', 'y'], 'See: osa help --help'],
])('osa %j is refused with: %s', (argv, hint) => {
  expect(refusal(...argv).hint).toBe(hint)
})

test.each([
  '--no-json',
  '--browser',
  '---json',
  '--json.x',
  '--nonInteractive',
  '--__proto__',
  '--_',
  '-vh',
  '-v=1',
  '--=x',
  '--no-verify',
])('%s is an option of no kind here, and not passed over', (typed) => {
  expect(refusal('whoami', typed).message).toBe(`Unknown option "${typed}"`)
  expect(refusal(typed, 'whoami').message).toBe(`Unknown option "${typed}"`)
})

test("a command's own options may stand before it too, and the same missing value twice is still missing", () => {
  expect(parseCommandLine(['--token', '007', '--dry-run', 'deploy']).flags.value('token')).toBe('007')
  expect(refusal('whoami', '--server=', '--server=').message).toBe('--server needs a value')
})

test('a switch takes no value', () => {
  expect(refusal('whoami', '--json=false').message).toBe('--json takes no value')
})

test('options may stand before the command, and a switch does not swallow the word after it', () => {
  const before = parseCommandLine(['--json', '--server', 'a.example', '-v', 'whoami', '--offline'])
  expect(before.command?.metadata.name).toBe('whoami')
  expect(before.flags.value('server')).toBe('a.example')
  expect(['json', 'verbose', 'offline', 'non-interactive'].map(before.flags.isSet)).toEqual([true, true, true, false])
  expect(parseCommandLine(['login', '--force', 'a.example']).flags.argument('archive')).toBe('a.example')
  expect(parseCommandLine(['login', '--no-browser', 'a.example']).flags.argument('archive')).toBe('a.example')
})

test('after -- everything is a word', () => {
  expect(parseCommandLine(['login', '--', '--json']).flags.argument('archive')).toBe('--json')
  expect(refusal('whoami', '--', '--json').message).toBe('osa whoami does not take "--json"')
})

test('arguments that are missing or too many are named', () => {
  expect(refusal('whoami', 'extra').message).toBe('osa whoami does not take "extra"')
  expect(refusal('login', 'a', 'b').message).toBe('osa login does not take "b"')
  expect(refusal('completions').message).toBe('osa completions needs <install|shell> [shell]')
  expect(parseCommandLine(['completions', '--help']).flags.isSet('help')).toBe(true)
})

test('no command at all is no error', () => {
  expect(parseCommandLine([]).command).toBeNull()
  expect(parseCommandLine(['--json']).command).toBeNull()
})
