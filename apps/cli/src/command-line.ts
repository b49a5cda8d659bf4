/** Which command a command line means. */
import { OsaError } from '@osa/sdk/node'
import { cac } from 'cac'
import type { Command } from './command.ts'
import { link } from './commands/link.ts'
import { login } from './commands/login.ts'
import { logout } from './commands/logout.ts'
import { unlink } from './commands/unlink.ts'
import { whoami } from './commands/whoami.ts'
import { globalOptions } from './flags.ts'
import { nearest } from './nearest.ts'

/** In the order of help. */
export const commands: readonly Command[] = [login, logout, whoami, link, unlink]

export interface Parsed {
  command: Command | null
  args: readonly string[]
  options: Record<string, unknown>
}

const optionSpelling = (option: { name: string; argument?: string; alias?: string }): string =>
  `${option.alias ? `-${option.alias}, ` : ''}--${option.name}${option.argument ? ` <${option.argument}>` : ''}`

/** Lets cac match the command; running it is left to us, so that no rejection is lost. */
const parseWithCac = (argv: readonly string[]): Parsed => {
  const cli = cac('osa')
  let matched: Command | null = null
  for (const option of globalOptions) cli.option(optionSpelling(option), option.help)
  for (const command of commands) {
    const { name, positionals, summary, options } = command.metadata
    const registered = cli.command(`${name} ${positionals}`.trim(), summary)
    for (const option of options) registered.option(optionSpelling(option), option.help)
    registered.action(() => {
      matched = command
    })
  }
  const { args, options } = cli.parse(['node', 'osa', ...argv], { run: false })
  if (options.help === true) {
    const named = commands.find(({ metadata }) => metadata.name === cli.matchedCommandName)
    return { command: named ?? null, args: named ? args : [], options }
  }
  cli.runMatchedCommand()
  return { command: matched, args, options }
}

const usageHint = (argv: readonly string[]): string => {
  const named = commands.find(({ metadata }) => metadata.name === argv[0])
  return named ? `osa ${named.metadata.name} --help` : 'osa --help'
}

/** Finds the command of a command line; null when it names none. Throws `usage`: cac's complaints are the person's to mend. */
export const parseCommandLine = (argv: readonly string[]): Parsed => {
  try {
    return parseWithCac(argv)
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'CACError') throw error
    throw new OsaError('usage', error.message.replaceAll('`', '"'), { hint: usageHint(argv), cause: error })
  }
}

/** Says what was probably meant. */
export const unknownCommand = (typed: string): OsaError => {
  const meant = nearest(
    typed,
    commands.map(({ metadata }) => metadata.name),
  )
  return new OsaError('usage', `Unknown command "${typed}"`, {
    hint: meant ? `Did you mean: osa ${meant}` : 'See what there is: osa --help',
  })
}
