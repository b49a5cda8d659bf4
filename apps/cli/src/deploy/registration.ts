/** The last step of a deploy: one call that registers all conventions or none. */
import { type PinnedConvention, type RegisteredConvention, registerConventions } from '@osa/sdk/deploy'
import { isOsaError, OsaError, type SignedInUser } from '@osa/sdk/node'
import type { CommandContext } from '../command.ts'
import type { ResolvedServer } from '../server-resolution.ts'
import { notAllowed } from './allowed.ts'
import type { DeployCredentials } from './deploy-credentials.ts'
import { issuesFoundByServer } from './issues.ts'

/** Whether no answer came, or only that of a gateway: the archive may have registered everything. */
const isLost = (error: unknown): error is OsaError =>
  isOsaError(error, 'timeout', 'connection_failed') ||
  (isOsaError(error, 'server_error') && (error.status === 502 || error.status === 504))

function lostTwice(error: OsaError, count: number): OsaError {
  const what = count === 1 ? 'The convention may be registered' : 'The conventions may be registered'
  return new OsaError(error.code, error.message, {
    ...(error.server ? { server: error.server } : {}),
    ...(error.status === undefined ? {} : { status: error.status }),
    retryable: true,
    details: [...error.details, `${what} anyway: the answer was lost twice.`],
    hint: 'Run osa deploy again: that is safe, because unchanged content changes nothing',
    cause: error,
  })
}

/**
 * Registers the conventions. A first Ctrl-C lets the call finish, so that osa can report what the archive did. Throws `forbidden`,
 * `deploy_rejected` with the issues that the archive found, and the codes of the network and of refused tokens.
 */
export async function register(
  context: CommandContext,
  deploy: {
    server: ResolvedServer
    signer: DeployCredentials
    user: SignedInUser
    conventions: readonly PinnedConvention[]
  },
): Promise<RegisteredConvention[]> {
  const { server, signer, user, conventions } = deploy
  let isRepeated = false
  const mayRepeat = (error: OsaError): boolean => {
    if (!isLost(error) || context.signal.aborted) return false
    isRepeated = true
    context.io.warn('The answer was lost; sending the same request again (a repeat changes nothing)')
    return true
  }
  const send = () => signer.ask((osa) => registerConventions(osa, conventions, { mayRepeat }))
  const outcome = await context.uninterrupted(send).catch((error: unknown) => {
    throw isRepeated && isLost(error) ? lostTwice(error, conventions.length) : error
  })
  if ('issues' in outcome) throw issuesFoundByServer(outcome.issues, server.url, conventions.length)
  if ('notAllowed' in outcome) throw notAllowed(user, server, signer, outcome.notAllowed)
  return outcome.registered
}
