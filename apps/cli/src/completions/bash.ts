/** Completions for bash 3.2 (macOS) and newer. Needs no bash-completion package. */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: bash's variables, not ours
import type { OptionMetadata } from '../command.ts'
import { leadingOptions } from '../options.ts'
import { takesFolder, type Vocabulary } from './vocabulary.ts'

const flagsOf = (options: readonly OptionMetadata[]): string => options.map(({ name }) => `--${name}`).join(' ')

const pattern = (options: readonly OptionMetadata[]): string => options.map(({ name }) => `--${name}`).join('|')

const valueCases = ({ optionsWithValue }: Vocabulary): string[] => [
  ...optionsWithValue
    .filter(({ choices }) => choices)
    .map(({ name, choices }) => `    --${name}) words='${choices?.join(' ')}' ;;`),
  `    ${pattern(optionsWithValue.filter(takesFolder))}) _osa_folders "$current"; return ;;`,
  `    ${pattern(optionsWithValue.filter((one) => !one.choices && !takesFolder(one)))}) return ;;`,
]

const commandCases = ({ completedCommands }: Vocabulary): string[] =>
  completedCommands.map(
    ({ name, options, words }) => `    ${name}) flags='${flagsOf(options)}'; arguments='${words.join(' ')}' ;;`,
  )

const secondCases = ({ completedCommands }: Vocabulary): string[] =>
  completedCommands.flatMap(({ name, secondWords }) =>
    secondWords.map(([first, words]) => `    '${name} ${first}') arguments='${words.join(' ')}' ;;`),
  )

/** The script for `eval "$(osa completions bash)"` or bash-completion's folder. */
export const bashCompletions = (vocabulary: Vocabulary): string =>
  [
    '# osa completions for bash, made by: osa completions bash',
    "# A folder's name is quoted when it is inserted: otherwise the shell would interpret the special characters in it.",
    '_osa_folders() {',
    '  local folder',
    '  while IFS= read -r folder; do',
    '    folder=$(printf %q "$folder")',
    "    [[ $1 == '~'* ]] && folder=${folder#\\\\}",
    '    COMPREPLY+=("$folder")',
    '  done < <(compgen -d -- "$1")',
    '}',
    '_osa() {',
    "  local IFS=$' \\t\\n' current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}",
    `  local words= command= given= arguments='${vocabulary.commandNames.join(' ')}' flags='${flagsOf(leadingOptions)}' index`,
    '  COMPREPLY=()',
    '  # bash splits --name=value into three words',
    '  if [[ $current == = ]]; then current=',
    '  elif [[ $previous == = ]]; then previous=${COMP_WORDS[COMP_CWORD-2]}; fi',
    '  for ((index = 1; index < COMP_CWORD; index++)); do',
    '    case ${COMP_WORDS[index]} in',
    `      ${pattern(vocabulary.optionsWithValue)}) index=$((index + 1)); [[ \${COMP_WORDS[index]} == = ]] && index=$((index + 1)) ;;`,
    '      -*) ;;',
    '      *) if [[ -z $command ]]; then command=${COMP_WORDS[index]}; else given+=" ${COMP_WORDS[index]}"; fi ;;',
    '    esac',
    '  done',
    '  case $previous in',
    ...valueCases(vocabulary),
    '  esac',
    '  case $command in',
    "    '') ;;",
    ...commandCases(vocabulary),
    '    *) return ;;',
    '  esac',
    '  [[ -n $given ]] && case $command$given in',
    ...secondCases(vocabulary),
    '    *) arguments= ;;',
    '  esac',
    '  if [[ -z $words && $current == -* ]]; then words=$flags; fi',
    '  COMPREPLY=($(compgen -W "${words:-$arguments}" -- "$current"))',
    '}',
    'complete -F _osa osa',
  ].join('\n')
