/** Completions for zsh: as a file `_osa` in `$fpath`, or sourced after compinit. */
import type { OptionMetadata } from '../command.ts'
import { leadingOptions } from '../options.ts'
import { type CompletedCommand, takesFolder, type Vocabulary } from './vocabulary.ts'

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`

/** Text inside `[…]` of an _arguments specification. */
const inBrackets = (text: string): string => text.replace(/[[\]\\]/g, '\\$&')

function actionOf(option: OptionMetadata): string {
  if (!option.argument) return ''
  const label = option.argument.replaceAll('|', ' or ')
  if (option.choices) return `:${label}:(${option.choices.join(' ')})`
  return takesFolder(option) ? `:${label}:_directories` : `:${label}: `
}

const optionLines = (options: readonly OptionMetadata[], indent: string): string[] =>
  options.flatMap((option) => {
    const { name, alias, help } = option
    const line = (flag: string): string => `${indent}${quoted(`${flag}[${inBrackets(help)}]${actionOf(option)}`)} \\`
    return [line(`--${name}`), ...(alias ? [line(`-${alias}`)] : [])]
  })

/** An argument of free text gets no specification: with one, zsh would list a single match instead of inserting it. */
function commandCase({ name, options, words, secondWords }: CompletedCommand): string[] {
  const cases = secondWords.map(([first, second]) => `${first}) compadd -- ${second.join(' ')} ;;`)
  const positionals = [
    ...(words.length > 0 ? [`1:argument:(${words.join(' ')})`] : []),
    ...(cases.length > 0 ? [`2:argument:{ case $line[1] in ${cases.join(' ')} esac }`] : []),
  ]
  const lines = [
    ...positionals.map((positional) => `            ${quoted(positional)} \\`),
    ...optionLines(options, '            '),
  ]
  return [
    `        ${name})`,
    '          _arguments \\',
    ...lines.slice(0, -1),
    (lines.at(-1) ?? '').replace(/ \\$/, ''),
    '          ;;',
  ]
}

/** The script for a file `_osa` in `$fpath`, or for `source <(osa completions zsh)`. */
export const zshCompletions = ({ completedCommands }: Vocabulary): string =>
  [
    '#compdef osa',
    '# osa completions for zsh, made by: osa completions zsh',
    '_osa() {',
    '  local curcontext="$curcontext" state line',
    '  typeset -A opt_args',
    '  _arguments -C \\',
    ...optionLines(leadingOptions, '    '),
    "    '1: :->command' \\",
    "    '*:: :->arguments'",
    '  case $state in',
    '    command)',
    '      local -a commands',
    '      commands=(',
    ...completedCommands.map(({ name, summary }) => `        ${quoted(`${name}:${summary.replaceAll(':', '\\:')}`)}`),
    '      )',
    '      _describe command commands',
    '      ;;',
    '    arguments)',
    '      case $words[1] in',
    ...completedCommands.flatMap(commandCase),
    '      esac',
    '      ;;',
    '  esac',
    '}',
    'if [[ $funcstack[1] == _osa ]]; then _osa "$@"; else compdef _osa osa; fi',
  ].join('\n')
