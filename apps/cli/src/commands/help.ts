/** `osa help [command]`: the same as `--help`. */
import type { Command, RunCommand } from '../command.ts'
import { commandHelp, generalHelp, showHelp } from '../help.ts'
import { unknownCommand } from '../misspelled-words.ts'

export const help =
  (commands: readonly Command[]): RunCommand =>
  async ({ io, flags }) => {
    const named = flags.argument('command')
    if (named === null) return showHelp(io, generalHelp(commands))
    const command = commands.find(({ metadata }) => metadata.name === named)
    if (!command) throw unknownCommand(named, commands)
    showHelp(io, commandHelp(command.metadata))
  }
