/** `osa-server`: finds the command, parses its arguments, runs it, and returns the exit code. */
import { parseArgs } from 'node:util'
import { readSettingsFile } from '../config/settings-file.ts'
import { nearestName } from '../nearest-name.ts'
import { audit } from './audit/audit.ts'
import { type CommandIo, type CommandWork, jsonLines, type OperatorCommand, type UsageProblem } from './command.ts'
import { deviceGrantOff, deviceGrantOn } from './device-grant.ts'
import { doctor } from './doctor/doctor.ts'
import { commandHelp, groupHelp, overview } from './help.ts'
import { init } from './init/init.ts'
import { keysAbandon, keysList, keysRotate } from './keys.ts'
import { migrate } from './migrate.ts'
import { role } from './role.ts'
import { sessionsRevoke } from './sessions.ts'
import { start } from './start.ts'
import { usersList, usersShow } from './users.ts'

const commands: readonly OperatorCommand[] = [
  init,
  start,
  doctor,
  migrate,
  keysList,
  keysRotate,
  keysAbandon,
  sessionsRevoke,
  deviceGrantOff,
  deviceGrantOn,
  usersList,
  usersShow,
  role,
  audit,
]

const exitCode = { ok: 0, failed: 1, usage: 2 } as const

/** Width of the help if standard output is not a terminal. */
const plainWidth = 80

/** Runs one command line in `io` and returns its exit code. Data goes to standard output, everything else to standard error. */
export async function runOperator(args: readonly string[], io: CommandIo): Promise<number> {
  const asked = read(args, io.stdout.columns ?? plainWidth)
  // EPIPE: the reader of the output, such as head, has exited
  io.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
  if ('help' in asked) {
    io.stdout.write(asked.help)
    return exitCode.ok
  }
  if ('usage' in asked) {
    io.stderr.write(`${asked.usage}\nosa-server --help lists the commands.\n`)
    return exitCode.usage
  }
  const outcome = await withSettingsFile(asked, io)
  if ('problem' in outcome) {
    io.stderr.write(`${outcome.problem}\n${outcome.hint === '' ? '' : `${outcome.hint}\n`}`)
    return exitCode.failed
  }
  io.stdout.write(asked.json ? jsonLines(outcome.documents) : outcome.text)
  return outcome.failed ? exitCode.failed : exitCode.ok
}

/** Runs the command with the settings of the file and the environment; the environment takes precedence. */
async function withSettingsFile({ command, work, settingsFile }: Asked, io: CommandIo): ReturnType<CommandWork> {
  const file = command.readsSettingsFile === false ? { values: {} } : readSettingsFile(settingsFile)
  if ('problem' in file) return file
  const { stdin, stdout, stderr } = io
  return work({
    ...{ stdin, stdout, stderr },
    env: { ...file.values, ...io.env },
    exit: (code) => io.exit(code),
    on: (signal, listener) => io.on(signal, listener),
  })
}

type Asked = {
  readonly command: OperatorCommand
  readonly work: CommandWork
  readonly json: boolean
  readonly settingsFile: string | undefined
}

/** Parses a command line. `width` is the width of the terminal, in columns. */
function read(args: readonly string[], width: number): { help: string } | UsageProblem | Asked {
  if (args[0] === 'help') return read([...args.slice(1), '--help'], width)
  const command = commands.find(({ name }) => name.split(' ').every((word, index) => args[index] === word))
  if (!command) return withoutCommand(args, width)
  const parsed = parse(command, args.slice(command.name.split(' ').length))
  if ('usage' in parsed) return parsed
  const { values, positionals } = parsed
  if (values.help === true) return { help: commandHelp(command, width) }
  if (command.positionals === '' && positionals.length > 0) return { usage: `${command.name} takes only options.` }
  const text = (option: string) => (typeof values[option] === 'string' ? values[option] : undefined)
  const prepared = command.prepare({ positionals, text, isSet: (option) => values[option] === true })
  return 'usage' in prepared
    ? prepared
    : { command, work: prepared, json: values.json === true, settingsFile: text('settings') }
}

/** Returns the help of all commands or of a group such as `keys`, or what is wrong with the command line. */
function withoutCommand(args: readonly string[], width: number): { help: string } | UsageProblem {
  const firstOption = args.findIndex((arg) => arg.startsWith('-'))
  const words = firstOption < 0 ? args : args.slice(0, firstOption)
  const [first] = words
  const wantsHelp = args.includes('--help') || args.includes('-h')
  if (first === undefined) return wantsHelp ? { help: overview(commands, width) } : { usage: 'No command was given.' }
  const group = commands.filter(({ name }) => name.startsWith(`${first} `))
  if (group.length > 0 && words.length === 1 && wantsHelp) return { help: groupHelp(first, group, width) }
  return { usage: unknownCommand(words, group) }
}

/** Suggests the nearest command, or lists the commands of the group. */
function unknownCommand(words: readonly string[], group: readonly OperatorCommand[]): string {
  const [typed, names] = [words.slice(0, 2).join(' '), commands.map(({ name }) => name)]
  const firstWords = names.flatMap((name) => name.split(' ').slice(0, 1))
  const meant = nearestName(typed, names) ?? nearestName(words[0] ?? '', firstWords)
  if (meant !== null && meant !== words[0]) return `There is no command ${typed}. Did you mean ${meant}?`
  const others = group.map(({ name }) => name).join(', ')
  return `There is no command ${typed}.${others === '' ? '' : ` Commands of this group: ${others}.`}`
}

function parse(command: OperatorCommand, args: readonly string[]) {
  const options: Record<string, { type: 'boolean' | 'string'; short?: string }> = {
    settings: { type: 'string' },
    json: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  }
  for (const [name, { type }] of Object.entries(command.options)) options[name] = { type }
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true })
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    // an unknown option or a missing value; the first sentence names the option, never its value
    const [said = ''] = error.message.split(/[.\n] ?/)
    const [, unknown] = /^Unknown option '--(.+)'$/.exec(said) ?? []
    const meant = unknown === undefined ? null : nearestName(unknown, Object.keys(options))
    return { usage: `${said}.${meant === null ? '' : ` Did you mean --${meant}?`}` }
  }
}
