/** Which access token a command uses: OSA_TOKEN where it may go, else the saved login. */

import { checkedToken, isIssuedBy, notAuthenticated } from '@osa/sdk/internal'
import { canonicalServer, OsaError } from '@osa/sdk/node'
import type { CommandContext } from './command.ts'
import { loginHint, type ResolvedServer, sourceNote } from './server-resolution.ts'

/** OSA_TOKEN as it stands in the environment; set-but-empty counts as unset. Throws `token_malformed`, never repeating it. */
export function environmentToken({ env }: CommandContext): string | null {
  const token = env.OSA_TOKEN
  return token ? checkedToken(token, 'OSA_TOKEN') : null
}

/**
 * Whether OSA_TOKEN (or a token from elsewhere, by its `name`) may go to a server: only to the one that OSA_SERVER names; else to the one typed; else, when the folder's link or a
 * saved login chose it, only if the token itself says that it is for there (K25). Throws `token_wrong_server` before anything is sent.
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
    `Nothing says that ${name} is for ${server.url}${sourceNote(server)}; not sending it`,
    { server: server.url, hint: `Set OSA_SERVER=${server.url} beside it, or pass --server` },
  )
}

/** `not_authenticated` with where the server's name came from, and what is missing in CI. */
export function notLoggedIn(context: CommandContext, server: ResolvedServer): OsaError {
  const isEmpty = context.env.OSA_TOKEN === ''
  const base = notAuthenticated(server.url)
  return new OsaError('not_authenticated', `${base.message}${sourceNote(server)}`, {
    server: server.url,
    details: isEmpty ? ['OSA_TOKEN is set but empty: the secret may be missing in this job'] : [],
    hint: isEmpty || context.isCi ? 'Set OSA_TOKEN' : loginHint(server),
  })
}
