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

test.each(['007', '0x1F', '1e5', 'true', 'null'])('the value %s stays as typed', (typed) => {
  expect(parseCommandLine(['deploy', '--token', typed]).flags.value('token')).toBe(typed)
  expect(parseCommandLine(['deploy', `--token=${typed}`]).flags.value('token')).toBe(typed)
})

test('a value may contain =, and one that starts with a dash must follow =', () => {
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
])('an option with a missing value is refused: %j', (argv) => {
  expect(refusal(...argv)).toEqual({
    message: '--server needs a value',
    hint: 'Write --server <url>, or --server=<url> if it starts with a dash',
  })
})

test('an option with two different values is refused, the same value twice is not', () => {
  expect(refusal('whoami', '--server', 'a', '--server', 'b').message).toContain('more than once')
  expect(parseCommandLine(['whoami', '--server', 'a', '--server=a']).flags.value('server')).toBe('a')
  expect(refusal('login', '--qr', '--no-qr').message).toBe("--qr and --no-qr can't be used together")
  expect(refusal('whoami', '-v', '-q').message).toBe("--verbose and --quiet can't be used together")
})

test.each([
  [['whoam'], 'Did you mean: osa whoami'],
  [['sesions'], 'Did you mean: osa sessions'],
  [['bogus'], 'See all commands: osa --help'],
  [['constructor'], 'See all commands: osa --help'],
  [['version'], 'Did you mean: osa --version'],
  [['start'], 'That is a command of the original Python osa, which runs a local archive'],
  [['login', '--no-brwser'], 'Did you mean: --no-browser'],
  [['whoami', '--jsn'], 'Did you mean: --json'],
  [['login', '-x'], 'See all options: osa login --help'],
  [['--jason'], 'Did you mean: --json'],
  [['--sevrer', 'https://a.example', 'whoami'], 'Did you mean: --server'],
  [['help', 'x', 'y'], 'See: osa help --help'],
])('osa %j is refused with the hint: %s', (argv, hint) => {
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
])('%s is an unknown option, and not ignored', (typed) => {
  expect(refusal('whoami', typed).message).toBe(`Unknown option "${typed}"`)
  expect(refusal(typed, 'whoami').message).toBe(`Unknown option "${typed}"`)
})

test("a command's options may come before it too, and a value that is missing twice is still missing", () => {
  expect(parseCommandLine(['--token', '007', '--dry-run', 'deploy']).flags.value('token')).toBe('007')
  expect(refusal('whoami', '--server=', '--server=').message).toBe('--server needs a value')
})

test('an option without a value refuses one', () => {
  expect(refusal('whoami', '--json=false').message).toBe('--json takes no value')
})

test('options may come before the command, and the word after an option without a value is not its value', () => {
  const before = parseCommandLine(['--json', '--server', 'a.example', '-v', 'whoami', '--offline'])
  expect(before.command?.metadata.name).toBe('whoami')
  expect(before.flags.value('server')).toBe('a.example')
  expect(['json', 'verbose', 'offline', 'non-interactive'].map(before.flags.isSet)).toEqual([true, true, true, false])
  expect(parseCommandLine(['login', '--force', 'a.example']).flags.argument('archive')).toBe('a.example')
  expect(parseCommandLine(['login', '--no-browser', 'a.example']).flags.argument('archive')).toBe('a.example')
})

test('after -- everything is a word', () => {
  expect(parseCommandLine(['login', '--', '--json']).flags.argument('archive')).toBe('--json')
  expect(refusal('whoami', '--', '--json').message).toBe('Unexpected argument "--json" for osa whoami')
})

test('missing and unexpected arguments are named', () => {
  expect(refusal('whoami', 'extra').message).toBe('Unexpected argument "extra" for osa whoami')
  expect(refusal('login', 'a', 'b').message).toBe('Unexpected argument "b" for osa login')
  expect(refusal('completions').message).toBe('osa completions needs <install|shell> [shell]')
  expect(parseCommandLine(['completions', '--help']).flags.isSet('help')).toBe(true)
})

test('a command line without a command is not an error', () => {
  expect(parseCommandLine([]).command).toBeNull()
  expect(parseCommandLine(['--json']).command).toBeNull()
})
