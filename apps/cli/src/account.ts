/** Calls to a server with OSA_TOKEN or the saved login. A refused token of a saved login is renewed once. */
import { createStoredTokens, isLoopback, type StoredTokens, sessionCredentials } from '@osa/sdk/internal'
import { isOsaError, type OsaClient, OsaError, type SignedInUser, type TokenProvider } from '@osa/sdk/node'
import type { CommandContext } from './command.ts'
import { loginHint, type ResolvedServer } from './server-resolution.ts'

import { clockSkewText } from './time-text.ts'
import { checkTokenDestination, environmentToken, notLoggedIn } from './token-resolution.ts'

export interface Account {
  user: SignedInUser
  source: 'OSA_TOKEN' | 'stored login'
}

/** Details for a refused token: a wrong clock, told from the server's Date header, may be the cause. */
function clockDetails({ clock, serverDates }: CommandContext, server: string): string[] {
  const skew = clockSkewText(clock.now(), server, serverDates.get(new URL(server).origin) ?? null)
  return skew === null ? [] : [`${skew}, so the session looks invalid`]
}

/** Opens the source of valid access tokens from the saved logins. */
export function openStoredTokens({ store, network, clock, uninterrupted, flags, io }: CommandContext): StoredTokens {
  const onRefreshed = (): void => {
    if (flags.isSet('verbose')) io.say('Session refreshed (access token had expired)')
  }
  return createStoredTokens({ store: store(), network, clock, uninterrupted, onRefreshed })
}

/** A call to make with a signed-in client. */
export type SignedCall<T> = (osa: OsaClient) => Promise<T>

/** Makes a call with a token that cannot be renewed. `name`: how it was passed. Throws `token_rejected`, and what the call throws. */
export async function withGivenToken<T>(
  context: CommandContext,
  { server, token, name }: { server: ResolvedServer; token: string; name: 'OSA_TOKEN' | '--token' },
  call: SignedCall<T>,
): Promise<T> {
  try {
    return await call(await context.network.connect(server.url, { auth: token }))
  } catch (error) {
    if (!isOsaError(error, 'token_rejected')) throw error
    throw new OsaError('token_rejected', `The archive refused ${name} (${error.reason ?? 'invalid_token'})`, {
      server: server.url,
      status: 401,
      details: clockDetails(context, server.url),
      hint: name === 'OSA_TOKEN' ? 'Create a new token and update OSA_TOKEN' : 'Create a new token',
    })
  }
}

/** Shortens the hint `Run osa login <url>` of the store if `osa login` alone would choose this server. */
export function withLoginHint(server: ResolvedServer, error: unknown): unknown {
  if (!isOsaError(error, 'session_ended', 'not_authenticated') || error.hint !== `Run osa login ${server.url}`)
    return error
  const { code, message, details, status } = error
  const known = status === undefined ? {} : { status }
  return new OsaError(code, message, { details, ...known, server: server.url, hint: loginHint(server), cause: error })
}

/** Changes the hint for a local archive's login, which cannot be renewed: the archive makes a new one when it starts. */
async function withLocalHint({ store }: CommandContext, error: OsaError): Promise<OsaError> {
  const { message, details, server } = error
  if (
    !server ||
    !isLoopback(new URL(server)) ||
    (await store().list()).some((one) => one.server === server && one.isRenewable)
  )
    return error
  const hint = 'Restart the local archive: that creates a new token'
  return new OsaError('session_ended', message, { details, server, hint, cause: error })
}

/** Whether the index has an entry, even one whose keychain item is gone: the error for that says more than "not logged in". */
const isSaved = async ({ store }: CommandContext, server: ResolvedServer): Promise<boolean> =>
  (await store().list()).some((login) => login.server === server.url)

/**
 * Makes a call with the saved login, which the client renews if necessary. `onToken` receives each token that is used. Throws
 * `not_authenticated`, `session_ended`, and what the call throws.
 */
export async function withStoredLogin<T>(
  context: CommandContext,
  server: ResolvedServer,
  call: SignedCall<T>,
  { onToken, signal }: { onToken?: (token: string | null) => void; signal?: AbortSignal | undefined } = {},
): Promise<T> {
  try {
    const credentials = sessionCredentials(openStoredTokens(context))
    const getToken: TokenProvider['getToken'] = async (asked) => {
      const token = await credentials.getToken(asked)
      onToken?.(token)
      return token
    }
    const onUnauthorized: TokenProvider['onUnauthorized'] = async (asked) => {
      const token = (await credentials.onUnauthorized?.(asked)) ?? null
      onToken?.(token)
      return token
    }
    const auth = { ...credentials, getToken, onUnauthorized }
    return await call(await context.network.connect(server.url, { auth, signal }))
  } catch (error) {
    throw await storedLoginError(context, server, error)
  }
}

/** Turns the error of a call with the saved login into the one to report. */
async function storedLoginError(context: CommandContext, server: ResolvedServer, error: unknown): Promise<unknown> {
  if (isOsaError(error, 'not_authenticated')) {
    if (error.status === 401) {
      return new OsaError('session_ended', `${server.url} refused your login (${error.reason ?? 'invalid_token'})`, {
        server: server.url,
        status: 401,
        details: clockDetails(context, server.url),
        hint: loginHint(server),
      })
    }
    if (!(await isSaved(context, server))) return notLoggedIn(context, server)
  }
  return withLoginHint(server, isOsaError(error, 'session_ended') ? await withLocalHint(context, error) : error)
}

/** Makes a call with OSA_TOKEN if it is set, otherwise with the saved login. */
export async function withAccount<T>(context: CommandContext, server: ResolvedServer, call: SignedCall<T>): Promise<T> {
  const token = environmentToken(context)
  if (token === null) return await withStoredLogin(context, server, call, { signal: context.signal })
  checkTokenDestination(context, token, server)
  return await withGivenToken(context, { server, token, name: 'OSA_TOKEN' }, call)
}

/** Makes a call without a token; repeats it with one if the archive requires that. */
export async function withoutAccount<T>(
  context: CommandContext,
  server: ResolvedServer,
  call: SignedCall<T>,
): Promise<T> {
  try {
    return await call(await context.network.connect(server.url))
  } catch (error) {
    if (!isOsaError(error, 'not_authenticated')) throw error
    return await withAccount(context, server, call)
  }
}

const askUser =
  ({ signal }: CommandContext): SignedCall<SignedInUser> =>
  (osa) =>
    osa.me.query(undefined, { signal })

/** Asks the server who the saved login belongs to. */
export async function storedAccount(context: CommandContext, server: ResolvedServer): Promise<Account> {
  const { signal } = context
  const user = await withStoredLogin(context, server, askUser(context), { signal })
  return { user, source: 'stored login' }
}

/** Asks the server who is signed in: by OSA_TOKEN if it is set, otherwise by the saved login. */
export async function currentAccount(context: CommandContext, server: ResolvedServer): Promise<Account> {
  const user = await withAccount(context, server, askUser(context))
  return { user, source: environmentToken(context) === null ? 'stored login' : 'OSA_TOKEN' }
}
