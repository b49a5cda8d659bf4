/** Token providers for the login that `osa login` saved and for OSA_TOKEN. */

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
  /** The folder of the saved logins, an absolute path. `OSA_CONFIG_DIR`, or the folder that `osa` uses, by default. */
  readonly configDir?: string | undefined
  /** The environment variables; those of this process by default. */
  readonly env?: Environment | undefined
}

/** Opens the store of saved logins that `osa` uses. No file is read until a login is, and none is created until one is saved. */
export const credentialStore = ({ configDir, env = process.env }: StoreLocation = {}): CredentialStore =>
  openCredentialStore({ dir: configDir ? resolve(configDir) : resolveConfigDir(env).dir, clock: systemClock, env })

/** Options of `storedCredentials` and `defaultAuth`. */
export interface StoredCredentialsOptions extends StoreLocation {
  /** The store to use instead of the one at `configDir`. */
  readonly store?: CredentialStore | undefined
  /** An access token that expires in less than this many seconds is renewed before use. 60 by default. */
  readonly minTtlSeconds?: number | undefined
  /** The `fetch` to send refreshes with. */
  readonly fetch?: typeof fetch | undefined
}

/** Without a saved login, only public procedures can be called. If the server was named only by a project's file, it is not contacted (K25). */
function withoutLogin(error: unknown, { server, serverSource }: TokenContext): null {
  if (!isOsaError(error, 'not_authenticated')) throw error
  if (serverSource !== '.osa/config.json') return null
  const { message, hint } = notAuthenticated(server)
  throw new OsaError('not_authenticated', `${message} (from ${serverSource})`, { server, hint })
}

/**
 * Returns a provider that uses the logins saved by `osa login` and renews them. It shares `osa`'s lock, so only one process refreshes at a
 * time. A failed refresh never deletes a login. Calls can fail with `session_ended`, `lock_timeout` and `store_…`.
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

/** Returns a provider for the tokens of a saved session. Without a saved login, it throws `not_authenticated`. */
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
 * Returns a provider for the token in `OSA_TOKEN`; it sends no token if that is unset or empty. The token goes only to the server that
 * `OSA_SERVER` names or, if that is unset, to the one that the program names. It goes to a server that only a project's file names only if
 * the token itself names that server as its issuer (K25). Throws `token_wrong_server`, `token_malformed`.
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

/** Returns the provider that a client without `auth` uses: the one for `OSA_TOKEN` if it is set, else the one for saved logins. */
export function defaultAuth(options: StoredCredentialsOptions = {}): TokenProvider {
  const { env = process.env } = options
  return env.OSA_TOKEN ? envToken({ env }) : storedCredentials(options)
}
