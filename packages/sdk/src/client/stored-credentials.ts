/** Tokens of the login that `osa login` saved, and the token of OSA_TOKEN. */

import { resolve } from 'node:path'
import { systemClock } from '../clock.ts'
import { type Environment, resolveConfigDir } from '../credentials/config-dir.ts'
import { type CredentialStore, notAuthenticated, openCredentialStore } from '../credentials/credential-store.ts'
import { createStoredTokens, type StoredTokens } from '../credentials/stored-tokens.ts'
import { isOsaError, OsaError } from '../errors.ts'
import { canonicalServer } from '../server-url.ts'
import { withSignal } from '../signal.ts'
import { openNetwork } from './network.ts'
import type { TokenContext, TokenProvider } from './token-provider.ts'
import { checkedToken, checkTokenGoesTo } from './token-rule.ts'

/** Where saved logins are. */
export interface StoreLocation {
  /** An absolute path; `OSA_CONFIG_DIR` and its defaults otherwise. */
  readonly configDir?: string | undefined
  /** This process's by default. */
  readonly env?: Environment | undefined
}

/** Opens the saved logins that `osa` uses. Nothing is read before it is asked for, and nothing created before something is saved. */
export const credentialStore = ({ configDir, env = process.env }: StoreLocation = {}): CredentialStore =>
  openCredentialStore({ dir: configDir ? resolve(configDir) : resolveConfigDir(env).dir, clock: systemClock, env })

/** How saved logins are used. */
export interface StoredCredentialsOptions extends StoreLocation {
  /** Instead of the one at `configDir`. */
  readonly store?: CredentialStore | undefined
  /** An access token that ends sooner is renewed first. 60 by default. */
  readonly minTtlSeconds?: number | undefined
  /** What refreshes are sent with. */
  readonly fetch?: typeof fetch | undefined
}

/** No saved login: public procedures still answer. But a server that only a project's file names is not contacted then (K25). */
function withoutLogin(error: unknown, { server, serverSource }: TokenContext): null {
  if (!isOsaError(error, 'not_authenticated')) throw error
  if (serverSource !== '.osa/config.json') return null
  const { message, hint } = notAuthenticated(server)
  throw new OsaError('not_authenticated', `${message} (from ${serverSource})`, { server, hint })
}

/**
 * A provider that uses and renews the logins of `osa login`, with its lock: a refresh happens in one process at a time, and a failed one
 * never deletes a login. Throws what `session_ended`, `lock_timeout` and `store_…` stand for.
 */
export function storedCredentials(options: StoredCredentialsOptions = {}): TokenProvider {
  const { store = credentialStore(options), minTtlSeconds, fetch } = options
  const session = createStoredTokens({ store, clock: systemClock, network: openNetwork({ fetch }) })
  const provider = sessionCredentials(session, minTtlSeconds)
  return {
    ...provider,
    async getToken(context) {
      try {
        return await provider.getToken(context)
      } catch (error) {
        return withoutLogin(error, context)
      }
    },
  }
}

/** A provider of a session's tokens. Without a saved login it throws `not_authenticated`. */
export function sessionCredentials(session: StoredTokens, minTtlSeconds?: number): TokenProvider {
  const ttl = minTtlSeconds === undefined ? {} : { minimumTtlSeconds: minTtlSeconds }
  const forCall = ({ signal }: TokenContext) => ({ ...ttl, ...withSignal(signal) })
  return {
    isBoundToServer: true,
    getToken: (context) => session.getFreshToken(context.server, forCall(context)),
    onUnauthorized: (context) =>
      session.getFreshToken(context.server, { ...forCall(context), rejected: context.rejectedToken }),
  }
}

/**
 * A provider of the token in `OSA_TOKEN`, null when that is unset or empty. It goes only to the server that `OSA_SERVER` names; where that
 * is unset, to the one that the program names; never to one that only a project's file names, unless the token says that it was issued
 * there (K25). Throws `token_wrong_server`, `token_malformed`.
 */
export const envToken = ({ env = process.env }: { readonly env?: Environment | undefined } = {}): TokenProvider => ({
  isBoundToServer: true,
  getToken(context) {
    const { OSA_TOKEN: token, OSA_SERVER: named } = env
    if (!token) return null
    if (named && canonicalServer(named, { allowHttp: true }) !== context.server) {
      throw new OsaError('token_wrong_server', `OSA_TOKEN belongs to OSA_SERVER; not sending it to ${context.server}`, {
        server: context.server,
        hint: 'Unset OSA_TOKEN, or set OSA_SERVER to that archive',
      })
    }
    checkTokenGoesTo(token, context)
    return checkedToken(token, 'OSA_TOKEN')
  },
  onUnauthorized({ server }) {
    throw new OsaError('token_rejected', `${server} refuses OSA_TOKEN`, {
      server,
      status: 401,
      hint: 'Create a new token and update OSA_TOKEN',
    })
  },
})

/** What a client uses that is given no `auth`: `OSA_TOKEN` if it is set, else the saved login. */
export function defaultAuth(options: StoredCredentialsOptions = {}): TokenProvider {
  const { env = process.env } = options
  return env.OSA_TOKEN ? envToken({ env }) : storedCredentials(options)
}
