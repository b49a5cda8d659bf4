/**
 * Reads a command line. `cac` knows the commands and their options from the catalogue, finds the command that is meant, and what is
 * unknown, missing or too much. It never sees what it would misread: it turns 007 into 7, takes the word after `--dry-run` for its
 * value, `-abc` for three switches, and `--no-json`, `--json.x` or `---json` for `--json`. So words and options are told apart here, by
 * their exact spelling, and values stay as they were typed.
 */
import type { OsaError } from '@osa/sdk/node'
import { type CAC, cac } from 'cac'
import { commands, findCommand } from './catalogue.ts'
import type { Command, CommandMetadata, Flags, OptionMetadata } from './command.ts'
import { helpOf, knownOptions, unknownCommand, unknownOption, usage } from './misspelled-words.ts'
import { globalOptions, optionLabel } from './options.ts'

export interface CommandLine {
  command: Command | null
  flags: Flags
}

/** What was typed: words, and options in order. */
interface Typed {
  words: string[]
  options: TypedOption[]
}

interface TypedOption {
  spelling: string
  /** Empty when it is missing; null for a switch without one. */
  value: string | null
  /** Which one that is; undefined when no command has it. */
  option: OptionMetadata | undefined
}

/** The options of all commands: one that takes a value does so in every command that has it. */
const everyOption = [...globalOptions, ...commands.flatMap(({ metadata }) => metadata.options)]

const readOption = (word: string, rest: Iterator<string, undefined>): TypedOption => {
  const [spelling = ''] = word.split('=', 1)
  const option = everyOption.find(({ name, alias }) => [`--${name}`, `-${alias}`].includes(spelling))
  if (spelling !== word) return { spelling, option, value: word.slice(spelling.length + 1) }
  if (!option?.argument) return { spelling, option, value: null }
  const next = rest.next().value ?? ''
  return { spelling, option, value: next.startsWith('-') && next !== '-' ? '' : next }
}

/** Reads `--name`, `--name value`, `--name=value`, `-v` and words; after `--` everything is a word. */
const tellApart = (argv: readonly string[]): Typed => {
  const typed: Typed = { words: [], options: [] }
  const rest = argv.values()
  for (const word of rest) {
    if (word === '--') typed.words.push(...rest)
    else if (word.startsWith('-') && word !== '-') typed.options.push(readOption(word, rest))
    else typed.words.push(word)
  }
  return typed
}

/** The word where a command stands, also on a command line that has mistakes in it; null when there is none. */
export const commandWord = (argv: readonly string[]): string | null => tellApart(argv).words[0] ?? null

const refuseContradictions = (options: readonly TypedOption[]): void => {
  for (const { option, value } of options) {
    if (!option) continue
    const { name, argument } = option
    if (!argument && value !== null) throw usage(`--${name} takes no value`, `Write --${name} alone`)
    if (options.some((other) => other.option?.name === name && other.value !== value)) {
      throw usage(`--${name} is given more than once, with different values`, 'Give it once')
    }
    if (options.some((other) => other.option?.name === `no-${name}`)) {
      throw usage(`--${name} and --no-${name} are given together`, 'Use one of them')
    }
  }
}

/** A cac that has read the command line, in the order it cannot misread: the command, options of one word each, arguments. */
const readWithCac = ({ words, options }: Typed): CAC => {
  const cli = cac('osa')
  for (const option of globalOptions) cli.option(optionLabel(option), option.help)
  // Of the others it would read the whole line too, which takes a twentieth of the start of a process.
  const named = findCommand(words[0] ?? '')?.metadata
  const command = named && cli.command(`${named.name} ${named.positionals}`.trim(), named.summary)
  for (const option of named?.options ?? []) command?.option(optionLabel(option), option.help)
  const given = options.map(({ option, value }) => `--${option?.name ?? 'unknown'}${value === null ? '' : `=${value}`}`)
  cli.parse(['node', 'osa', ...words.slice(0, 1), ...new Set(given)], { run: false })
  cli.args = words.slice(1)
  return cli
}

/** What cac complains of, in the words of this program; null for what it never said before. */
const refusalOf = (complaint: string, { words, options }: Typed, metadata: CommandMetadata | null): OsaError | null => {
  const help = helpOf(metadata)
  if (complaint.startsWith('Unknown option')) {
    const known = knownOptions(metadata)
    const { spelling = '' } = options.find(({ option }) => !known.includes(`--${option?.name}`)) ?? {}
    return unknownOption(spelling, metadata)
  }
  if (complaint.endsWith('value is missing')) {
    const name = options.find(({ value }) => value === '')?.option?.name
    return usage(`--${name} needs a value`, `If it starts with a dash, write --${name}=<value>`)
  }
  const { name, positionals, positionalChoices } = metadata ?? {}
  if (complaint.startsWith('missing required args')) {
    const choices = positionalChoices ? [`It is one of: ${positionalChoices.join(', ')}`] : []
    return usage(`osa ${name} needs ${positionals}`, help, choices)
  }
  if (!complaint.startsWith('Unused args')) return null
  return usage(`osa ${name} does not take "${words[positionals ? 2 : 1]}"`, help)
}

/**
 * The command of a command line (null when it names none) and its flags. Throws `usage` for an unknown command or option, naming the
 * one that was probably meant, and for values that are missing or contradict each other.
 */
export const parseCommandLine = (argv: readonly string[]): CommandLine => {
  const typed = tellApart(argv)
  const [named, positional = null] = typed.words
  const cli = readWithCac(typed)
  const command = findCommand(cli.matchedCommandName ?? '')
  const misspelt = typed.options.find(({ option }) => !option)
  // The word after an option that nobody knows may have been meant as its value.
  if (named !== undefined && !command && misspelt) throw unknownOption(misspelt.spelling, null)
  if (named !== undefined && !command) throw unknownCommand(named)
  const flags: Flags = {
    positional,
    value: (name) => typed.options.find(({ option }) => option?.name === name)?.value ?? null,
    isSet: (name) => typed.options.some(({ option }) => option?.name === name),
  }
  try {
    const checked = cli.matchedCommand ?? cli.globalCommand
    checked.checkUnknownOptions()
    checked.checkOptionValue()
    if (!flags.isSet('help')) checked.checkRequiredArgs()
    if (!flags.isSet('help')) checked.checkUnusedArgs()
  } catch (error) {
    const complaint = error instanceof Error && error.name === 'CACError' ? error.message : ''
    throw refusalOf(complaint, typed, command?.metadata ?? null) ?? error
  }
  refuseContradictions(typed.options)
  return { command, flags }
}
