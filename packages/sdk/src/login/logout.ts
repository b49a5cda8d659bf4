/** The end of a saved login, at the server and here. */
import { credentialStore, type StoreLocation } from '../client/stored-credentials.ts'
import type { CredentialStore } from '../credentials/credential-store.ts'
import { isOsaError } from '../errors.ts'
import { canonicalServer } from '../server-url.ts'
import { createHttp } from '../wire/http.ts'
import { revokeSession } from '../wire/v1.ts'

const lockTimeoutMs = 20_000

export interface LogoutOptions extends StoreLocation {
  /** The node's address. */
  readonly server: string | URL
  readonly signal?: AbortSignal | undefined
  /** Instead of the one at `configDir`. */
  readonly store?: CredentialStore | undefined
  /** What the request is sent with. */
  readonly fetch?: typeof fetch | undefined
}

/** What a logout came to. */
export interface Logout {
  /** False when there was no saved login. */
  readonly removed: boolean
  /** True when the server ended the session too; false when it could not be told: it ends there when it is not used. */
  readonly revoked: boolean
}

const revoke = async (server: string, refreshToken: string, options: LogoutOptions): Promise<boolean> => {
  try {
    const http = createHttp(options.fetch ? { fetch: options.fetch } : {})
    await revokeSession(http, { server, refreshToken, signal: options.signal, timeoutMs: 10_000 })
    return true
  } catch (error) {
    if (isOsaError(error) && error.code !== 'aborted') return false
    throw error
  }
}

/** Ends the session at the server and forgets the login, the latter also when the server is out of reach. Throws `aborted`, `lock_timeout`, `store_…`. */
export const logout = async (options: LogoutOptions): Promise<Logout> => {
  const server = canonicalServer(String(options.server), { allowHttp: true })
  const { store = credentialStore(options), signal } = options
  if ((await store.read(server)) === null) return { removed: await store.remove(server), revoked: false }
  // Alone with the login: a renewal going on elsewhere would leave a newer token alive.
  const lock = await store.lockRefresh(server, { timeoutMs: lockTimeoutMs, signal })
  try {
    const saved = await store.read(server)
    const revoked = saved?.refreshToken ? await revoke(server, saved.refreshToken, options) : false
    return { removed: await store.remove(server), revoked }
  } finally {
    await lock.release()
  }
}
