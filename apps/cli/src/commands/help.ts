/** `osa help [command]`: the same as `--help`. */
import { findCommand } from '../catalogue.ts'
import type { RunCommand } from '../command.ts'
import { commandHelp, generalHelp, showHelp } from '../help.ts'
import { unknownCommand } from '../misspelled-words.ts'

export const help: RunCommand = async ({ io, flags }) => {
  if (flags.positional === null) return showHelp(io, generalHelp())
  const command = findCommand(flags.positional)
  if (!command) throw unknownCommand(flags.positional)
  showHelp(io, commandHelp(command.metadata))
}
