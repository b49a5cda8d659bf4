/**
 * Reads a command line. `util.parseArgs` tells words, options and values apart and leaves them as they were typed. `cac` knows the commands
 * and their options from the catalogue and checks what is unknown, missing or too much; it reads no value (it would turn 007 into 7, and
 * `--no-json` or `--json.x` into `--json`).
 */
import { parseArgs } from 'node:util'
import type { OsaError } from '@osa/sdk/node'
import { type CAC, cac } from 'cac'
import { commands, findCommand } from './catalogue.ts'
import type { Command, CommandMetadata, Flags, OptionMetadata } from './command.ts'
import { helpOf, knownOptions, unknownCommand, unknownOption, usage } from './misspelled-words.ts'
import { nearest } from './nearest.ts'
import { globalOptions, optionLabel } from './options.ts'

export interface CommandLine {
  command: Command | null
  flags: Flags
}

/** What was typed: words, and options in order. `value`: empty when it is missing; null for a switch without one. */
interface Typed {
  words: string[]
  /** `option` is undefined when no command has it. */
  options: { spelling: string; value: string | null; option: OptionMetadata | undefined }[]
}

/** The options of all commands: one that takes a value does so in every command that has it. */
const everyOption = [...globalOptions, ...commands.flatMap(({ metadata }) => metadata.options)]

/** As `util.parseArgs` takes them. */
const options = Object.fromEntries(
  everyOption.map(({ name, alias, argument }) => [
    name,
    { type: argument ? ('string' as const) : ('boolean' as const), ...(alias ? { short: alias } : {}) },
  ]),
)

/** Reads `--name`, `--name value`, `--name=value`, `-v` and words; after `--` everything is a word. */
function tellApart(argv: readonly string[]): Typed {
  const args = [...argv]
  const typed: Typed = { words: [], options: [] }
  for (const token of parseArgs({ args, options, strict: false, allowPositionals: true, tokens: true }).tokens) {
    if (token.kind === 'positional') typed.words.push(token.value)
    if (token.kind !== 'option') continue
    // `-vh` comes as one token for each letter; here a word is one option.
    const spelling = token.inlineValue ? token.rawName : (args[token.index] ?? '')
    const option = everyOption.find(({ name, alias }) => [`--${name}`, `-${alias}`].includes(spelling))
    const { value = option?.argument ? '' : null } = token
    const isNext = value !== null && !token.inlineValue && /^-./.test(value)
    typed.options.push({ spelling, option, value: isNext ? '' : value })
  }
  return typed
}

/** The word where a command stands, also on a command line that has mistakes in it; null when there is none. */
export const commandWord = (argv: readonly string[]): string | null => tellApart(argv).words[0] ?? null

function refuseContradictions({ options }: Typed): void {
  for (const { option, value } of options) {
    if (!option) continue
    const { name, argument } = option
    if (!argument && value !== null) throw usage(`--${name} takes no value`, `Write --${name} alone`)
    if (options.some((other) => other.option?.name === name && other.value !== value)) {
      throw usage(`--${name} is given more than once, with different values`, 'Give it once')
    }
    const opposite = name === 'verbose' ? 'quiet' : `no-${name}`
    if (options.some((other) => other.option?.name === opposite)) {
      throw usage(`--${name} and --${opposite} are given together`, 'Use one of them')
    }
  }
}

/** A cac that has read the command line, in the order it cannot misread: the command, options of one word each, arguments. */
function readWithCac({ words, options }: Typed): CAC {
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

/** Whether one of cac's checks finds a fault. */
function finds(check: () => void): boolean {
  try {
    check()
    return false
  } catch (error) {
    if (error instanceof Error && error.name === 'CACError') return true
    throw error
  }
}

/** The first fault that cac finds in a command line, in the words of this program. */
function faultOf({ words, options }: Typed, cli: CAC, metadata: CommandMetadata | null): OsaError | null {
  const registered = cli.matchedCommand ?? cli.globalCommand
  if (finds(() => registered.checkUnknownOptions())) {
    const known = knownOptions(metadata)
    const { spelling = '' } = options.find(({ option }) => !known.includes(`--${option?.name}`)) ?? {}
    return unknownOption(spelling, metadata)
  }
  if (finds(() => registered.checkOptionValue())) {
    const { name, argument } = options.find(({ value }) => value === '')?.option ?? {}
    const hint = `Write --${name} <${argument}>, or --${name}=<${argument}> if it starts with a dash`
    return usage(`--${name} needs a value`, hint)
  }
  if (options.some(({ option }) => option?.name === 'help')) return null
  const { name, positionals = '', positionalChoices } = metadata ?? {}
  if (finds(() => registered.checkRequiredArgs())) {
    const choices = positionalChoices ? [`It is one of: ${positionalChoices.join(', ')}`] : []
    return usage(`osa ${name} needs ${positionals}`, `See: ${helpOf(metadata)}`, choices)
  }
  const [, first] = words
  if (positionalChoices && first !== undefined && !positionalChoices.includes(first)) {
    const meant = nearest(first, positionalChoices)
    const hint = meant ? `Did you mean: osa ${name} ${meant}` : `It is one of: ${positionalChoices.join(', ')}`
    return usage(`osa ${name} does not know "${first}"`, hint)
  }
  if (!finds(() => registered.checkUnusedArgs())) return null
  return usage(`osa ${name} does not take "${words[1 + argumentNames(metadata).length]}"`, `See: ${helpOf(metadata)}`)
}

/** `archive` of `[archive]`. */
const argumentNames = (metadata: CommandMetadata | null): string[] => metadata?.positionals.match(/[\w|]+/g) ?? []

/**
 * The command of a command line (null when it names none) and its flags. Throws `usage` for an unknown command or option, naming the
 * one that was probably meant, and for values that are missing or contradict each other.
 */
export function parseCommandLine(argv: readonly string[]): CommandLine {
  const typed = tellApart(argv)
  const [named] = typed.words
  const cli = readWithCac(typed)
  const command = findCommand(cli.matchedCommandName ?? '')
  const misspelt = typed.options.find(({ option }) => !option)
  // The word after an option that nobody knows may have been meant as its value.
  if (named !== undefined && !command && misspelt) throw unknownOption(misspelt.spelling, null)
  if (named !== undefined && !command) throw unknownCommand(named, commands)
  const metadata = command?.metadata ?? null
  const flags: Flags = {
    argument: (name) => {
      const index = argumentNames(metadata).indexOf(name)
      return index === -1 ? null : (typed.words[index + 1] ?? null)
    },
    value: (name) => typed.options.find(({ option }) => option?.name === name)?.value ?? null,
    isSet: (name) => typed.options.some(({ option }) => option?.name === name),
  }
  const fault = faultOf(typed, cli, metadata)
  if (fault) throw fault
  refuseContradictions(typed)
  return { command, flags }
}
