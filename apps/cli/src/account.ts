/** Who is signed in on a server, asked with whatever token a command has; a refused token is renewed once and never again. */
import { fetchUser, isLoopback, isOsaError, OsaError, type User } from '@osa/sdk/node'
import type { CommandContext } from './command.ts'
import { loginHint, type ResolvedServer } from './server-resolution.ts'
import { openSession } from './session.ts'
import { clockSkewText } from './time-text.ts'
import { checkTokenDestination, environmentToken, notLoggedIn } from './token-resolution.ts'

export interface Account {
  user: User
  source: 'OSA_TOKEN' | 'stored login'
}

/** A wrong clock explains many a refusal; the server's Date header tells. */
const clockDetails = (context: CommandContext, server: string, headers: Headers): string[] => {
  const skew = clockSkewText(context.clock.now(), server, headers.get('date'))
  return skew === null ? [] : [`${skew}, so the session looks invalid`]
}

/** A server's no to a token, as the SDK's calls answer it. */
type Refusable<T> = T | { rejected: string; headers: Headers }

/** Something to ask the server with an access token. */
export type AuthenticatedCall<T extends object> = (accessToken: string) => Promise<Refusable<T>>

const withEnvironmentToken = async <T extends object>(
  context: CommandContext,
  server: ResolvedServer,
  token: string,
  call: AuthenticatedCall<T>,
): Promise<T> => {
  checkTokenDestination(context, token, server)
  const answer = await call(token)
  if (!('rejected' in answer)) return answer
  throw new OsaError('token_rejected', `The server refused OSA_TOKEN (${answer.rejected})`, {
    server: server.url,
    status: 401,
    details: clockDetails(context, server.url, answer.headers),
    hint: 'Create a new token and update OSA_TOKEN',
  })
}

/** The store does not know whether `osa login` alone would lead to this server. */
export const withLoginHint = (server: ResolvedServer, error: unknown): unknown => {
  if (!isOsaError(error, 'session_ended', 'not_authenticated') || error.hint !== 'Run osa login') return error
  const { code, message, details, status } = error
  const known = status === undefined ? {} : { status }
  return new OsaError(code, message, { details, ...known, server: server.url, hint: loginHint(server), cause: error })
}

/** A local archive's login cannot be renewed: the archive makes a new one as it starts. */
const withLocalHint = async ({ store }: CommandContext, error: OsaError): Promise<OsaError> => {
  const { message, details, server } = error
  if (
    !server ||
    !isLoopback(new URL(server)) ||
    (await store().list()).some((one) => one.server === server && one.isRenewable)
  )
    return error
  const hint = 'Start the local archive again: that makes a new token'
  return new OsaError('session_ended', message, { details, server, hint, cause: error })
}

/** Whether there is an entry, be it one whose keychain item is gone: then the error says more than "not logged in". */
const isSaved = async ({ store }: CommandContext, server: ResolvedServer): Promise<boolean> =>
  (await store().list()).some((login) => login.server === server.url)

/**
 * Asks with the saved login; a refused token is renewed once and never again. Throws `not_authenticated`, `session_ended`, and what the
 * call throws.
 */
export const withStoredLogin = async <T extends object>(
  context: CommandContext,
  server: ResolvedServer,
  call: AuthenticatedCall<T>,
): Promise<T> => {
  const { signal } = context
  const session = openSession(context)
  try {
    const accessToken = await session.getFreshToken(server.url, { signal })
    const first = await call(accessToken)
    if (!('rejected' in first)) return first
    const renewed = await session.getFreshToken(server.url, { rejected: accessToken, signal })
    const second = await call(renewed)
    if (!('rejected' in second)) return second
    throw new OsaError('session_ended', `${server.url} refuses your login (${second.rejected})`, {
      server: server.url,
      status: 401,
      details: clockDetails(context, server.url, second.headers),
      hint: loginHint(server),
    })
  } catch (error) {
    if (isOsaError(error, 'not_authenticated') && !(await isSaved(context, server))) throw notLoggedIn(context, server)
    throw withLoginHint(server, isOsaError(error, 'session_ended') ? await withLocalHint(context, error) : error)
  }
}

/** Asks with OSA_TOKEN if it is set, else with the saved login. */
export const withAccount = <T extends object>(
  context: CommandContext,
  server: ResolvedServer,
  call: AuthenticatedCall<T>,
): Promise<T> => {
  const token = environmentToken(context)
  return token === null ? withStoredLogin(context, server, call) : withEnvironmentToken(context, server, token, call)
}

const askUser =
  ({ http, signal }: CommandContext, server: ResolvedServer): AuthenticatedCall<{ user: User }> =>
  (accessToken) =>
    fetchUser(http, { server: server.url, accessToken, signal })

/** The saved login's person. */
export const storedAccount = async (context: CommandContext, server: ResolvedServer): Promise<Account> => {
  const { user } = await withStoredLogin(context, server, askUser(context, server))
  return { user, source: 'stored login' }
}

/** Asks the server who this is, with OSA_TOKEN if it is set, else with the saved login. */
export const currentAccount = async (context: CommandContext, server: ResolvedServer): Promise<Account> => {
  const { user } = await withAccount(context, server, askUser(context, server))
  return { user, source: environmentToken(context) === null ? 'stored login' : 'OSA_TOKEN' }
}
