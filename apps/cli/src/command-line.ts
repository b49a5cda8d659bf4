/**
 * Parses the command line. `util.parseArgs` splits it into words, options and values, exactly as typed. `cac` checks these against the
 * catalogue: it finds unknown options, missing values and surplus arguments. No value is taken from `cac`, because it would turn 007 into 7,
 * and `--no-json` or `--json.x` into `--json`.
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

/** The words and the options that were typed, in order. `value`: empty if it is missing; null for an option without a value. */
interface Typed {
  words: string[]
  /** `option` is undefined if no command has such an option. */
  options: { spelling: string; value: string | null; option: OptionMetadata | undefined }[]
}

/** The options of all commands. An option that takes a value does so in every command that has it. */
const everyOption = [...globalOptions, ...commands.flatMap(({ metadata }) => metadata.options)]

/** The options in the form that `util.parseArgs` needs. */
const options = Object.fromEntries(
  everyOption.map(({ name, alias, argument }) => [
    name,
    { type: argument ? ('string' as const) : ('boolean' as const), ...(alias ? { short: alias } : {}) },
  ]),
)

/** Splits the arguments into words and options: `--name`, `--name value`, `--name=value`, `-v`. After `--` everything is a word. */
function splitArguments(argv: readonly string[]): Typed {
  const args = [...argv]
  const typed: Typed = { words: [], options: [] }
  for (const token of parseArgs({ args, options, strict: false, allowPositionals: true, tokens: true }).tokens) {
    if (token.kind === 'positional') typed.words.push(token.value)
    if (token.kind !== 'option') continue
    // parseArgs makes two tokens of `-vh`; here it is one option, an unknown one.
    const spelling = token.inlineValue ? token.rawName : (args[token.index] ?? '')
    const option = everyOption.find(({ name, alias }) => [`--${name}`, `-${alias}`].includes(spelling))
    const { value = option?.argument ? '' : null } = token
    const isNext = value !== null && !token.inlineValue && /^-./.test(value)
    typed.options.push({ spelling, option, value: isNext ? '' : value })
  }
  return typed
}

/** Returns the first word, where the command belongs, even if the command line has mistakes; null if there is none. */
export const commandWord = (argv: readonly string[]): string | null => splitArguments(argv).words[0] ?? null

function refuseContradictions({ options }: Typed): void {
  for (const { option, value } of options) {
    if (!option) continue
    const { name, argument } = option
    if (!argument && value !== null) throw usage(`--${name} takes no value`, `Write only --${name}`)
    if (options.some((other) => other.option?.name === name && other.value !== value)) {
      throw usage(`--${name} is given more than once, with different values`, 'Use it only once')
    }
    const opposite = name === 'verbose' ? 'quiet' : `no-${name}`
    if (options.some((other) => other.option?.name === opposite)) {
      throw usage(`--${name} and --${opposite} can't be used together`, 'Use one of them')
    }
  }
}

/** Returns a cac that has parsed the command line in a form that it cannot misread: the command, each option as one word, the arguments. */
function readWithCac({ words, options }: Typed): CAC {
  const cli = cac('osa')
  for (const option of globalOptions) cli.option(optionLabel(option), option.help)
  // Only this command is registered: cac parses the line once for each, and all of them would add 5 % to the start-up time.
  const named = findCommand(words[0] ?? '')?.metadata
  const command = named && cli.command(`${named.name} ${named.positionals ?? ''}`.trim(), named.summary)
  for (const option of named?.options ?? []) command?.option(optionLabel(option), option.help)
  const given = options.map(({ option, value }) => `--${option?.name ?? 'unknown'}${value === null ? '' : `=${value}`}`)
  cli.parse(['node', 'osa', ...words.slice(0, 1), ...new Set(given)], { run: false })
  cli.args = words.slice(1)
  return cli
}

/** Whether one of cac's checks reports an error. */
function finds(check: () => void): boolean {
  try {
    check()
    return false
  } catch (error) {
    if (error instanceof Error && error.name === 'CACError') return true
    throw error
  }
}

/** Returns an error for the first mistake that cac finds in a command line; null if it finds none. */
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
    const choices = positionalChoices ? [`Use one of: ${positionalChoices.join(', ')}`] : []
    return usage(`osa ${name} needs ${positionals}`, `See: ${helpOf(metadata)}`, choices)
  }
  const [, first] = words
  if (positionalChoices && first !== undefined && !positionalChoices.includes(first)) {
    const meant = nearest(first, positionalChoices)
    const hint = meant ? `Did you mean: osa ${name} ${meant}` : `Use one of: ${positionalChoices.join(', ')}`
    return usage(`Unknown argument "${first}" for osa ${name}`, hint)
  }
  if (!finds(() => registered.checkUnusedArgs())) return null
  return usage(
    `Unexpected argument "${words[1 + argumentNames(metadata).length]}" for osa ${name}`,
    `See: ${helpOf(metadata)}`,
  )
}

/** `archive` of `[archive]`. */
const argumentNames = (metadata: CommandMetadata | null): string[] => metadata?.positionals?.match(/[\w|]+/g) ?? []

/**
 * Parses a command line into a command (null if it names none) and its flags. Throws `usage` for an unknown command or option, naming the
 * one that was probably meant, and for values that are missing or contradict each other.
 */
export function parseCommandLine(argv: readonly string[]): CommandLine {
  const typed = splitArguments(argv)
  const [named] = typed.words
  const cli = readWithCac(typed)
  const command = findCommand(cli.matchedCommandName ?? '')
  const misspelt = typed.options.find(({ option }) => !option)
  // The word after an unknown option may be its value, so the error is about the option.
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
