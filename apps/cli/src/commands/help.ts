/** `osa help [command]`: the same as `--help`. */
import { findCommand } from '../catalogue.ts'
import type { RunCommand } from '../command.ts'
import { commandHelp, generalHelp, showHelp } from '../help.ts'
import { unknownCommand } from '../misspelled-words.ts'

export const help: RunCommand = async ({ io, flags }) => {
  const named = flags.argument('command')
  if (named === null) return showHelp(io, generalHelp())
  const command = findCommand(named)
  if (!command) throw unknownCommand(named)
  showHelp(io, commandHelp(command.metadata))
}
