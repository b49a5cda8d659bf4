/** Which credentials a deploy uses, settled before anything is built: a token that was given, or the saved login. */
import { fetchUser, isOsaError, OsaError, type User } from '@osa/sdk/node'
import { type AuthenticatedCall, withStoredLogin } from '../account.ts'
import type { CommandContext } from '../command.ts'
import type { ResolvedServer } from '../server-resolution.ts'
import { checkTokenDestination, environmentToken, notLoggedIn } from '../token-resolution.ts'

export interface Signer {
  readonly source: '--token' | 'OSA_TOKEN' | 'stored login'
  /** Asks the server something; a refused saved token is renewed once, a given one never. */
  ask<T extends object>(call: AuthenticatedCall<T>): Promise<T>
  /** Whether the access token was renewed on the way. */
  wasRenewed(): boolean
}

const tokenRejected = (server: ResolvedServer, source: string, why: string): OsaError =>
  new OsaError('token_rejected', `The server refused ${source} (${why})`, {
    server: server.url,
    status: 401,
    hint: source === 'OSA_TOKEN' ? 'Create a new token and update OSA_TOKEN' : 'Create a new token',
  })

const tokenSigner = (server: ResolvedServer, source: '--token' | 'OSA_TOKEN', token: string): Signer => ({
  source,
  wasRenewed: () => false,
  async ask(call) {
    const answer = await call(token)
    if ('rejected' in answer) throw tokenRejected(server, source, answer.rejected)
    return answer
  },
})

const storedSigner = async (context: CommandContext, server: ResolvedServer): Promise<Signer> => {
  const stored = await context.store().read(server.url)
  if (!stored) throw notLoggedIn(context, server)
  let used = stored.accessToken
  return {
    source: 'stored login',
    wasRenewed: () => used !== stored.accessToken,
    ask: (call) =>
      withStoredLogin(context, server, (accessToken) => {
        used = accessToken
        return call(accessToken)
      }),
  }
}

/**
 * `--token`, else OSA_TOKEN, else the saved login; with a token nothing that is saved is looked at. Throws `not_authenticated` where there is
 * none, `token_malformed`, and `token_wrong_server` where nothing says that the token is for this server.
 */
export const resolveSigner = async (context: CommandContext, server: ResolvedServer): Promise<Signer> => {
  const typed = context.flags.value('token')
  if (typed !== null) {
    if (!/^[\x21-\x7e]+$/.test(typed)) throw new OsaError('token_malformed', '--token holds characters no token has')
    checkTokenDestination(context, typed, server, '--token')
    return tokenSigner(server, '--token', typed)
  }
  const given = environmentToken(context)
  if (given === null) return await storedSigner(context, server)
  checkTokenDestination(context, given, server)
  return tokenSigner(server, 'OSA_TOKEN', given)
}

/** Who deploys. Where the session has ended, a person at a terminal may sign in again and go on (S12). */
export const askWhoDeploys = async (context: CommandContext, server: ResolvedServer, signer: Signer): Promise<User> => {
  const { http, io, signal } = context
  const ask = async (): Promise<User> => {
    const { user } = await signer.ask((accessToken) => fetchUser(http, { server: server.url, accessToken, signal }))
    return user
  }
  try {
    return await ask()
  } catch (error) {
    if (!isOsaError(error, 'session_ended') || !io.canAsk) throw error
    io.say(error.message)
    if (!(await io.confirm('Log in now and continue?', { assume: true, signal }))) throw error
    const { freshLogin } = await import('../login-flow.ts')
    await freshLogin(context, server)
    return await ask()
  }
}
