/** The words that can be completed, from the catalogue. The same for every shell. */
import type { Command, OptionMetadata } from '../command.ts'
import { globalOptions } from '../options.ts'

export interface CompletedCommand {
  name: string
  summary: string
  /** The command's options and those of every command. */
  options: readonly OptionMetadata[]
  /** Words for its first argument; none if that is free text. */
  words: readonly string[]
  /** Words for its second argument, by the first. */
  secondWords: readonly (readonly [first: string, words: readonly string[]])[]
}

/** Options whose value is a folder. */
export const takesFolder = ({ argument }: OptionMetadata): boolean => argument === 'dir'

/** The data that the scripts are generated from. */
export interface Vocabulary {
  commandNames: readonly string[]
  completedCommands: readonly CompletedCommand[]
  /** All options that take a value, each once, including hidden ones: the word after one is not a command. */
  optionsWithValue: readonly OptionMetadata[]
}

export function vocabularyOf(commands: readonly Command[]): Vocabulary {
  const commandNames = commands.map(({ metadata }) => metadata.name)
  const options = [...commands.flatMap(({ metadata }) => metadata.options), ...globalOptions]
  return {
    commandNames,
    completedCommands: commands.map(({ metadata }) => ({
      name: metadata.name,
      summary: metadata.summary,
      options: [...metadata.options.filter(({ hidden }) => !hidden), ...globalOptions],
      words: metadata.name === 'help' ? commandNames : (metadata.positionalChoices ?? metadata.positionalWords ?? []),
      secondWords: Object.entries(metadata.secondChoices ?? {}),
    })),
    optionsWithValue: [
      ...new Map(options.filter(({ argument }) => argument).map((option) => [option.name, option])).values(),
    ],
  }
}
