/** `osa-server`: finds the command, reads its arguments, runs it, and answers the exit code. */
import { parseArgs } from 'node:util'
import { readSettingsFile } from '../config/settings-file.ts'
import { audit } from './audit/audit.ts'
import { type CommandIo, type CommandWork, jsonLines, type OperatorCommand, type UsageProblem } from './command.ts'
import { deviceGrantOff, deviceGrantOn } from './device-grant.ts'
import { doctor } from './doctor/doctor.ts'
import { commandHelp, overview } from './help.ts'
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

/** Done, did not work, was not understood. */
const exitCode = { ok: 0, failed: 1, usage: 2 } as const

/** Runs one command line in `io`. Data goes to standard output, everything else to standard error. */
export async function runOperator(args: readonly string[], io: CommandIo): Promise<number> {
  const asked = read(args)
  // the reader of the output, such as head, has seen enough
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

/** The environment prevails over the file. */
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

function read(args: readonly string[]): { help: string } | UsageProblem | Asked {
  const command = commands.find(({ name }) => name.split(' ').every((word, index) => args[index] === word))
  if (!command) {
    const words = args.filter((arg) => !arg.startsWith('-'))
    if (args.includes('--help') || args.includes('-h') || args[0] === 'help') return { help: overview(commands) }
    return { usage: words.length === 0 ? 'Say what to do.' : unknownCommand(words) }
  }
  const parsed = parse(command, args.slice(command.name.split(' ').length))
  if ('usage' in parsed) return parsed
  const { values, positionals } = parsed
  if (values.help === true) return { help: commandHelp(command) }
  if (command.positionals === '' && positionals.length > 0) return { usage: `${command.name} takes options only.` }
  const text = (option: string) => (typeof values[option] === 'string' ? values[option] : undefined)
  const prepared = command.prepare({ positionals, text, isSet: (option) => values[option] === true })
  return 'usage' in prepared
    ? prepared
    : { command, work: prepared, json: values.json === true, settingsFile: text('settings') }
}

/** With the commands that begin with the same word, such as those of `keys`. */
function unknownCommand(words: readonly string[]): string {
  const kin = commands.filter(({ name }) => name.split(' ')[0] === words[0]).map(({ name }) => name)
  return `There is no command ${words.slice(0, 2).join(' ')}.${kin.length === 0 ? '' : ` There are: ${kin.join(', ')}.`}`
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
    // unknown options and missing values; the first sentence names the option and never its value
    if (error instanceof TypeError) return { usage: `${error.message.split(/[.\n] ?/)[0]}.` }
    throw error
  }
}
