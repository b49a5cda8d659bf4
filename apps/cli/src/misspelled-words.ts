/** What to say of a command or an option that nobody knows: it was often another one, misspelt. */
import { OsaError } from '@osa/sdk/node'
import type { Command, CommandMetadata } from './command.ts'
import { nearest } from './nearest.ts'
import { globalOptions } from './options.ts'

/** A mistake on the command line. */
export const usage = (message: string, hint: string, details: string[] = []): OsaError =>
  new OsaError('usage', message, { hint, details })

/** What other programs call a command, and what the original `osa` in Python does. */
const knownElsewhere: Readonly<Record<string, string>> = {
  version: 'Did you mean: osa --version',
  start: 'It is a command of the original osa (Python), which runs a local archive',
  ingestion: 'It is a command of the original osa (Python)',
  manifest: 'It is a command of the original osa (Python); osa deploy --manifest <file> takes what that prints',
}

/** Says what was probably meant. */
export function unknownCommand(typed: string, commands: readonly Command[]): OsaError {
  if (Object.hasOwn(knownElsewhere, typed)) return usage(`Unknown command "${typed}"`, knownElsewhere[typed] ?? '')
  const names = commands.map(({ metadata }) => metadata.name)
  const meant = nearest(typed, names)
  return usage(`Unknown command "${typed}"`, meant ? `Did you mean: osa ${meant}` : 'See what there is: osa --help')
}

/** The spellings that a command takes. */
export const knownOptions = (metadata: CommandMetadata | null): string[] =>
  [...globalOptions, ...(metadata?.options ?? [])].map(({ name }) => `--${name}`)

/** Where to read more. */
export const helpOf = (metadata: CommandMetadata | null): string =>
  metadata ? `osa ${metadata.name} --help` : 'osa --help'

/** Says which option was probably meant. */
export function unknownOption(spelling: string, metadata: CommandMetadata | null): OsaError {
  const meant = nearest(spelling, knownOptions(metadata))
  const hint = meant ? `Did you mean: ${meant}` : `See what there is: ${helpOf(metadata)}`
  return usage(`Unknown option "${spelling}"`, hint)
}
