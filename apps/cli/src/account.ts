/** Who is signed in on a server, asked with whatever token a command has; a refused token is renewed once and never again. */
import { fetchUser, isOsaError, OsaError, type User } from '@osa/sdk/node'
import type { CommandContext } from './command.ts'
import type { ResolvedServer } from './server-resolution.ts'
import { checkTokenDestination, environmentToken, notLoggedIn } from './token-resolution.ts'

export interface Account {
  user: User
  source: 'OSA_TOKEN' | 'stored login'
}

const skewWorthTellingMs = 120_000

/** A wrong clock explains many a refusal; the server's Date header tells. */
const clockDetails = (context: CommandContext, server: string, headers: Headers): string[] => {
  const skewMs = Date.parse(headers.get('date') ?? '') - context.clock.now()
  if (!(Math.abs(skewMs) > skewWorthTellingMs)) return []
  const minutes = Math.round(Math.abs(skewMs) / 60_000)
  const where = skewMs > 0 ? 'behind' : 'ahead of'
  return [`Your clock is ${minutes} min ${where} ${new URL(server).hostname}, so the session looks invalid`]
}

const tokenAccount = async (context: CommandContext, server: ResolvedServer, token: string): Promise<Account> => {
  checkTokenDestination(context, token, server)
  const asked = await fetchUser(context.http, { server: server.url, accessToken: token, signal: context.signal })
  if ('user' in asked) return { user: asked.user, source: 'OSA_TOKEN' }
  throw new OsaError('token_rejected', `The server refused OSA_TOKEN (${asked.rejected})`, {
    server: server.url,
    status: 401,
    details: clockDetails(context, server.url, asked.headers),
    hint: 'Create a new token and update OSA_TOKEN',
  })
}

/** The saved login's person. Throws `not_authenticated`, `session_ended`, and the network's codes. */
export const storedAccount = async (context: CommandContext, server: ResolvedServer): Promise<Account> => {
  const { http, signal } = context
  const session = context.session()
  try {
    const accessToken = await session.getFreshToken(server.url, { signal })
    const first = await fetchUser(http, { server: server.url, accessToken, signal })
    if ('user' in first) return { user: first.user, source: 'stored login' }
    const renewed = await session.getFreshToken(server.url, { rejected: accessToken, signal })
    const second = await fetchUser(http, { server: server.url, accessToken: renewed, signal })
    if ('user' in second) return { user: second.user, source: 'stored login' }
    throw new OsaError('session_ended', `${server.url} refuses your login (${second.rejected})`, {
      server: server.url,
      status: 401,
      details: clockDetails(context, server.url, second.headers),
      hint: 'Run osa login',
    })
  } catch (error) {
    if (isOsaError(error, 'not_authenticated')) throw notLoggedIn(context, server)
    throw error
  }
}

/** Asks the server who this is, with OSA_TOKEN if it is set, else with the saved login. */
export const currentAccount = (context: CommandContext, server: ResolvedServer): Promise<Account> => {
  const token = environmentToken(context)
  return token === null ? storedAccount(context, server) : tokenAccount(context, server, token)
}

/** `Josiah Carberry (0000-0002-1825-0097)`, or what there is of it. */
export const personLabel = (user: { display_name: string | null; external_id: string } | null): string => {
  if (!user) return 'somebody whose name is not stored'
  return user.display_name ? `${user.display_name} (${user.external_id})` : user.external_id
}
