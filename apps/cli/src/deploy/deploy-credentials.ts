/** Chooses the credentials of a deploy before anything is built: a token, or the saved login. */
import { isOsaError, OsaError, type SignedInUser } from '@osa/sdk/node'
import { type SignedCall, withGivenToken, withStoredLogin } from '../account.ts'
import type { CommandContext } from '../command.ts'
import type { ResolvedServer } from '../server-resolution.ts'
import { checkTokenDestination, environmentToken, notLoggedIn } from '../token-resolution.ts'

export interface DeployCredentials {
  readonly source: '--token' | 'OSA_TOKEN' | 'stored login'
  /** Makes a call to the server. A refused token of a saved login is renewed once. `signal` also ends the wait for a renewal. */
  ask<T>(call: SignedCall<T>, signal?: AbortSignal): Promise<T>
  /** Whether the access token was renewed during the deploy. */
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
 * Returns `--token`, otherwise OSA_TOKEN, otherwise the saved login, which is not read if there is a token. Throws `not_authenticated` if
 * there is none of them, `token_malformed`, and `token_wrong_server` if the token may be meant for another server.
 */
export async function resolveSigner(context: CommandContext, server: ResolvedServer): Promise<DeployCredentials> {
  const typed = context.flags.value('token')
  if (typed !== null) {
    if (!/^[\x21-\x7e]+$/.test(typed))
      throw new OsaError('token_malformed', '--token contains characters that a token cannot have')
    checkTokenDestination(context, typed, server, '--token')
    return tokenSigner(context, { server, token: typed, name: '--token' })
  }
  const given = environmentToken(context)
  if (given === null) return await storedSigner(context, server)
  checkTokenDestination(context, given, server)
  return tokenSigner(context, { server, token: given, name: 'OSA_TOKEN' })
}

/** Asks the server who deploys. If the session has ended, offers a person at a terminal to sign in again and continue. */
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
