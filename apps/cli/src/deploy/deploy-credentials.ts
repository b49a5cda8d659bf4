/** Which credentials a deploy uses, settled before anything is built: a token that was given, or the saved login. */
import { isOsaError, OsaError, type SignedInUser } from '@osa/sdk/node'
import { type SignedCall, withGivenToken, withStoredLogin } from '../account.ts'
import type { CommandContext } from '../command.ts'
import type { ResolvedServer } from '../server-resolution.ts'
import { checkTokenDestination, environmentToken, notLoggedIn } from '../token-resolution.ts'

export interface DeployCredentials {
  readonly source: '--token' | 'OSA_TOKEN' | 'stored login'
  /** Asks the server something; a refused saved token is renewed once, a given one never. `signal`: also ends waiting for a renewal. */
  ask<T>(call: SignedCall<T>, signal?: AbortSignal): Promise<T>
  /** Whether the access token was renewed on the way. */
  wasRenewed(): boolean
}

const tokenSigner = (
  context: CommandContext,
  given: { server: ResolvedServer; token: string; name: '--token' | 'OSA_TOKEN' },
): DeployCredentials => ({
  source: given.name,
  wasRenewed: () => false,
  ask: (call) => withGivenToken(context, given, call),
})

async function storedSigner(context: CommandContext, server: ResolvedServer): Promise<DeployCredentials> {
  const stored = await context.store().read(server.url)
  if (!stored) throw notLoggedIn(context, server)
  let used: string | null = stored.accessToken
  const onToken = (token: string | null): void => {
    used = token
  }
  return {
    source: 'stored login',
    wasRenewed: () => used !== stored.accessToken,
    ask: (call, signal) => withStoredLogin(context, server, call, { onToken, signal }),
  }
}

/**
 * `--token`, else OSA_TOKEN, else the saved login; with a token nothing that is saved is looked at. Throws `not_authenticated` where there is
 * none, `token_malformed`, and `token_wrong_server` where nothing says that the token is for this server.
 */
export async function resolveSigner(context: CommandContext, server: ResolvedServer): Promise<DeployCredentials> {
  const typed = context.flags.value('token')
  if (typed !== null) {
    if (!/^[\x21-\x7e]+$/.test(typed)) throw new OsaError('token_malformed', '--token holds characters no token has')
    checkTokenDestination(context, typed, server, '--token')
    return tokenSigner(context, { server, token: typed, name: '--token' })
  }
  const given = environmentToken(context)
  if (given === null) return await storedSigner(context, server)
  checkTokenDestination(context, given, server)
  return tokenSigner(context, { server, token: given, name: 'OSA_TOKEN' })
}

/** Who deploys. Where the session has ended, a person at a terminal may sign in again and go on. */
export async function askWhoDeploys(
  context: CommandContext,
  server: ResolvedServer,
  signer: DeployCredentials,
): Promise<SignedInUser> {
  const { io, signal } = context
  const ask = (): Promise<SignedInUser> => signer.ask((osa) => osa.me.query(undefined, { signal }), signal)
  try {
    return await ask()
  } catch (error) {
    if (!isOsaError(error, 'session_ended') || !io.canAsk) throw error
    io.needed.say(error.message)
    if (!(await io.confirm('Log in now and continue?', { assume: true, signal }))) throw error
    const { freshLogin } = await import('../login-flow.ts')
    await freshLogin(context, server)
    return await ask()
  }
}
