/** Reads option values from the raw arguments: the parser underneath turns `007` into 7 and takes `-abc` for flags. */
import { OsaError } from '@osa/sdk/node'
import type { CommandMetadata, Flags, OptionMetadata } from './command.ts'

export const globalOptions: readonly OptionMetadata[] = [
  { name: 'server', argument: 'url', help: 'The archive to talk to' },
  { name: 'json', help: 'Print one JSON document instead of text' },
  { name: 'verbose', alias: 'v', help: 'Say more' },
  { name: 'no-color', help: 'No colours' },
  { name: 'non-interactive', help: 'Never ask anything' },
  { name: 'timeout', argument: 'seconds', help: 'How long one request may take (default 30)' },
  { name: 'cwd', argument: 'dir', help: 'Run as if started in this folder' },
  { name: 'help', alias: 'h', help: 'Show help' },
]

const usage = (message: string, hint: string): OsaError => new OsaError('usage', message, { hint })

/** All values given for one option, in order. */
const valuesOf = (argv: readonly string[], name: string): string[] => {
  const values: string[] = []
  for (const [index, argument] of argv.entries()) {
    if (argument === '--') break
    if (argument.startsWith(`--${name}=`)) values.push(argument.slice(name.length + 3))
    if (argument !== `--${name}`) continue
    const next = argv[index + 1]
    if (next === undefined || next.startsWith('-')) {
      throw usage(`--${name} needs a value`, `If it starts with a dash, write --${name}=<value>`)
    }
    values.push(next)
  }
  return values
}

/** The one value of an option; null when it is not there. Throws `usage` when it is given twice with different values. */
export const rawOption = (argv: readonly string[], name: string): string | null => {
  const [first, ...others] = valuesOf(argv, name)
  if (first === undefined) return null
  if (others.some((other) => other !== first)) {
    throw usage(`--${name} is given more than once, with different values`, 'Give it once')
  }
  return first
}

const camelCase = (name: string): string => name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())

/** The flags of one call: values from the raw arguments, switches from the parser. */
export const createFlags = (
  metadata: CommandMetadata,
  parsed: { argv: readonly string[]; args: readonly string[]; options: Record<string, unknown> },
): Flags => {
  const { argv, args, options } = parsed
  const known = [...globalOptions, ...metadata.options]
  const option = (name: string): OptionMetadata => {
    const found = known.find((one) => one.name === name)
    if (!found) throw new Error(`osa ${metadata.name} knows no --${name}`)
    return found
  }
  return {
    positional: args[0] ?? null,
    knows: (name) => known.some((one) => one.name === name),
    value: (name) => rawOption(argv, option(name).name),
    isSet: (name) => {
      option(name)
      return name.startsWith('no-') ? options[camelCase(name.slice(3))] === false : options[camelCase(name)] === true
    },
  }
}
