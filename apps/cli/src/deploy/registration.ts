/** The last step: one call that registers all conventions or none. */
import { type PinnedConvention, type RegisteredConvention, registerConventions } from '@osa/sdk/deploy'
import { isOsaError, OsaError, type User } from '@osa/sdk/node'
import type { CommandContext } from '../command.ts'
import type { ResolvedServer } from '../server-resolution.ts'
import { notAllowed } from './allowed.ts'
import { gapsFoundByServer } from './gaps.ts'
import type { Signer } from './signer.ts'

/** No answer came, or a gateway's: the archive may have registered everything. */
const isLost = (error: unknown): error is OsaError =>
  isOsaError(error, 'timeout', 'connection_failed') ||
  (isOsaError(error, 'server_error') && (error.status === 502 || error.status === 504))

const lostTwice = (error: OsaError, count: number): OsaError => {
  const what = count === 1 ? 'The convention may be registered' : 'The conventions may be registered'
  return new OsaError(error.code, error.message, {
    ...(error.server ? { server: error.server } : {}),
    ...(error.status === undefined ? {} : { status: error.status }),
    retryable: true,
    details: [...error.details, `${what} all the same: the answer was lost twice.`],
    hint: 'Run osa deploy again: a repeat is safe, the same content changes nothing',
    cause: error,
  })
}

/** One repeat after a lost answer: the same content changes nothing. */
const repeatIfLost = async <T>(context: CommandContext, count: number, call: () => Promise<T>): Promise<T> => {
  try {
    return await call()
  } catch (error) {
    if (!isLost(error) || context.signal.aborted) throw error
    context.io.warn('The answer was lost; sending the same once more (it changes nothing that is there already)')
  }
  try {
    return await call()
  } catch (error) {
    throw isLost(error) ? lostTwice(error, count) : error
  }
}

/**
 * Registers the conventions. A first Ctrl-C waits for the answer, so that what is said of the archive is true. Throws `forbidden`,
 * `deploy_rejected` with the gaps that the archive found, and the codes of the network and of refused tokens.
 */
export const register = async (
  context: CommandContext,
  deploy: { server: ResolvedServer; signer: Signer; user: User; conventions: readonly PinnedConvention[] },
): Promise<RegisteredConvention[]> => {
  const { server, signer, user, conventions } = deploy
  const send = (accessToken: string) =>
    repeatIfLost(context, conventions.length, () =>
      registerConventions(context.http, { server: server.url, accessToken, conventions }),
    )
  const outcome = await context.uninterrupted(() => signer.ask(send))
  if ('gaps' in outcome) throw gapsFoundByServer(outcome.gaps, server.url, conventions.length)
  if ('notAllowed' in outcome) throw notAllowed(user, server, signer, outcome.notAllowed)
  return outcome.registered
}
