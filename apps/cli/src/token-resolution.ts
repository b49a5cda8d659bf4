/** Decides which access token a command uses: OSA_TOKEN if it may go to the server, otherwise the saved login. */
import { checkedToken, isIssuedBy, notAuthenticated } from '@osa/sdk/internal'
import { canonicalServer, OsaError } from '@osa/sdk/node'
import type { CommandContext } from './command.ts'
import { loginHint, type ResolvedServer, sourceNote } from './server-resolution.ts'

/** Returns OSA_TOKEN; null if it is unset or empty. Throws `token_malformed`, whose message does not contain the token. */
export function environmentToken({ env }: CommandContext): string | null {
  const token = env.OSA_TOKEN
  return token ? checkedToken(token, 'OSA_TOKEN') : null
}

/**
 * Checks that a token (`name`: how it was passed) may go to a server. If OSA_SERVER is set, only to that server; otherwise to a server that
 * was typed, or to one from the folder's link or a saved login if the token's issuer is that server (K25). Throws `token_wrong_server` before
 * anything is sent.
 */
export function checkTokenDestination(
  context: CommandContext,
  token: string,
  server: ResolvedServer,
  name = 'OSA_TOKEN',
): void {
  const named = context.env.OSA_SERVER
    ? canonicalServer(context.env.OSA_SERVER, { allowHttp: context.allowHttp })
    : null
  if (named && named !== server.url) {
    throw new OsaError(
      'token_wrong_server',
      `${name} belongs to OSA_SERVER (${named}); not sending it to ${server.url}`,
      { server: server.url, hint: 'Unset OSA_TOKEN, or set OSA_SERVER to that archive' },
    )
  }
  if (named || server.source === '--server' || server.source === 'prompt' || isIssuedBy(token, server.url)) return
  throw new OsaError(
    'token_wrong_server',
    `${name} may not be meant for ${server.url}${sourceNote(server)}; not sending it`,
    { server: server.url, hint: `If it is, set OSA_SERVER=${server.url} too, or pass --server` },
  )
}

/** The error `not_authenticated`, with where the server's address came from and what is missing in CI. */
export function notLoggedIn(context: CommandContext, server: ResolvedServer): OsaError {
  const isEmpty = context.env.OSA_TOKEN === ''
  const base = notAuthenticated(server.url)
  return new OsaError('not_authenticated', `${base.message}${sourceNote(server)}`, {
    server: server.url,
    details: isEmpty ? ['OSA_TOKEN is set but empty: the secret may be missing in this job'] : [],
    hint: isEmpty || context.isCi ? 'Set OSA_TOKEN' : loginHint(server),
  })
}
