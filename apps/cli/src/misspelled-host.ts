/** A host that nobody knows is often a known one with a typing mistake. */
import { isOsaError, OsaError } from '@osa/sdk/node'
import type { CommandContext } from './command.ts'
import { nearest } from './nearest.ts'

/** Adds the saved server that was probably meant to an error about an unknown host; any other error is answered as it is. */
export async function withProbableServer(context: CommandContext, error: unknown): Promise<unknown> {
  if (!isOsaError(error, 'dns') || !error.server || context.env.OSA_TOKEN) return error
  const known = (await context.store().list()).map((login) => login.server)
  const meant = nearest(error.server, known)
  if (!meant) return error
  const { message, server, details, retryable } = error
  const hint = `Check the address; is it ${meant}?`
  return new OsaError('dns', message, { server, details, retryable, hint, cause: error })
}
