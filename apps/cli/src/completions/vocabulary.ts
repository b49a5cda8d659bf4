/** What there is to complete, from the commands' own records: the same for every shell. */
import { commands } from '../catalogue.ts'
import type { OptionMetadata } from '../command.ts'
import { globalOptions } from '../options.ts'

export interface CompletedCommand {
  name: string
  summary: string
  /** Its own options and those of every command. */
  options: readonly OptionMetadata[]
  /** Words for its positional argument; none where it is free text. */
  words: readonly string[]
}

export const commandNames: readonly string[] = commands.map(({ metadata }) => metadata.name)

export const completedCommands: readonly CompletedCommand[] = commands.map(({ metadata }) => ({
  name: metadata.name,
  summary: metadata.summary,
  options: [...metadata.options.filter(({ hidden }) => !hidden), ...globalOptions],
  words: metadata.name === 'help' ? commandNames : (metadata.positionalChoices ?? []),
}))

/** The options that can stand before a command. */
export const leadingOptions: readonly OptionMetadata[] = [
  ...globalOptions,
  { name: 'version', alias: 'V', help: 'Show the version' },
]

/** All options that take a value, each once, hidden ones too: what follows them is no command. */
export const optionsWithValue: readonly OptionMetadata[] = [
  ...new Map(
    [...commands.flatMap(({ metadata }) => metadata.options), ...globalOptions]
      .filter(({ argument }) => argument)
      .map((option) => [option.name, option]),
  ).values(),
]

/** Options whose value is a folder. */
export const takesFolder = ({ argument }: OptionMetadata): boolean => argument === 'dir'
