/** `osa help [command]`: the same as `--help`. */
import { findCommand } from '../catalogue.ts'
import type { RunCommand } from '../command.ts'
import { unknownCommand } from '../command-line.ts'
import { commandHelp, generalHelp, showHelp } from '../help.ts'

export const help: RunCommand = async ({ io, flags }) => {
  if (flags.positional === null) return showHelp(io, generalHelp())
  const command = findCommand(flags.positional)
  if (!command) throw unknownCommand(flags.positional)
  showHelp(io, commandHelp(command.metadata))
}
