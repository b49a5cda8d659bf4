/** Completions for fish. */
import type { OptionMetadata } from '../command.ts'
import { leadingOptions } from '../options.ts'
import { takesFolder, type Vocabulary } from './vocabulary.ts'

const quoted = (text: string): string => `'${text.replace(/[\\']/g, '\\$&')}'`

function optionLine(condition: string, option: OptionMetadata): string {
  const { name, alias, argument, choices, help } = option
  const value = choices
    ? ` -x -a ${quoted(choices.join(' '))}`
    : takesFolder(option)
      ? " -x -a '(__fish_complete_directories)'"
      : argument
        ? ' -x'
        : ''
  return `complete -c osa${condition} -l ${name}${alias ? ` -s ${alias}` : ''}${value} -d ${quoted(help)}`
}

/** The script for `~/.config/fish/completions/osa.fish`. */
export function fishCompletions({ completedCommands }: Vocabulary): string {
  const everyCommand = new Set(leadingOptions.map(({ name }) => name))
  return [
    '# osa completions for fish, made by: osa completions fish',
    'complete -c osa -f',
    ...leadingOptions.map((option) => optionLine('', option)),
    ...completedCommands.flatMap(({ name, summary, options, words, secondWords }) => {
      const seen = `__fish_seen_subcommand_from ${name}`
      const after = ` -n '${seen}'`
      const first =
        secondWords.length > 0 ? ` -n '${seen}; and not __fish_seen_subcommand_from ${words.join(' ')}'` : after
      return [
        `complete -c osa -n __fish_use_subcommand -a ${name} -d ${quoted(summary)}`,
        ...options.filter((option) => !everyCommand.has(option.name)).map((option) => optionLine(after, option)),
        ...(words.length > 0 ? [`complete -c osa${first} -a ${quoted(words.join(' '))}`] : []),
        ...secondWords.map(
          ([word, second]) =>
            `complete -c osa -n '${seen}; and __fish_seen_subcommand_from ${word}' -a ${quoted(second.join(' '))}`,
        ),
      ]
    }),
  ].join('\n')
}
