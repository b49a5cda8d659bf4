/** Errors for mistakes on the command line, with the command, option or archive that was probably meant. */
import { isOsaError, OsaError } from '@osa/sdk/node'
import type { Command, CommandContext, CommandMetadata } from './command.ts'
import { nearest } from './nearest.ts'
import { globalOptions } from './options.ts'

/** A mistake on the command line. */
export const usage = (message: string, hint: string, details: string[] = []): OsaError =>
  new OsaError('usage', message, { hint, details })

/** Commands of other programs, and of the original `osa` in Python. */
const knownElsewhere: Readonly<Record<string, string>> = {
  version: 'Did you mean: osa --version',
  start: 'That is a command of the original Python osa, which runs a local archive',
  ingestion: 'That is a command of the original Python osa',
  manifest: 'That is a command of the original Python osa; osa deploy --manifest <file> reads its output',
}

/** The error for an unknown command, naming the one that was probably meant. */
export function unknownCommand(typed: string, commands: readonly Command[]): OsaError {
  if (Object.hasOwn(knownElsewhere, typed)) return usage(`Unknown command "${typed}"`, knownElsewhere[typed] ?? '')
  const names = commands.map(({ metadata }) => metadata.name)
  const meant = nearest(typed, names)
  return usage(`Unknown command "${typed}"`, meant ? `Did you mean: osa ${meant}` : 'See all commands: osa --help')
}

/** The options of a command, as typed. */
export const knownOptions = (metadata: CommandMetadata | null): string[] =>
  [...globalOptions, ...(metadata?.options ?? [])].map(({ name }) => `--${name}`)

/** The command line that prints the help of a command. */
export const helpOf = (metadata: CommandMetadata | null): string =>
  metadata ? `osa ${metadata.name} --help` : 'osa --help'

/** The error for an unknown option, naming the one that was probably meant. */
export function unknownOption(spelling: string, metadata: CommandMetadata | null): OsaError {
  const meant = nearest(spelling, knownOptions(metadata))
  const hint = meant ? `Did you mean: ${meant}` : `See all options: ${helpOf(metadata)}`
  return usage(`Unknown option "${spelling}"`, hint)
}

/** Adds the saved archive that was probably meant to an error about an unknown host. Returns other errors unchanged. */
export async function withProbableServer(context: CommandContext, error: unknown): Promise<unknown> {
  if (!isOsaError(error, 'dns') || !error.server || context.env.OSA_TOKEN) return error
  const known = (await context.store().list()).map((login) => login.server)
  const meant = nearest(error.server, known)
  if (!meant) return error
  const { message, server, details, retryable } = error
  const hint = `Check the address; is it ${meant}?`
  return new OsaError('dns', message, { server, details, retryable, hint, cause: error })
}
