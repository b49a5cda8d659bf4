/** Ends a saved login, at the server and on this computer. */
import { type Network, openNetwork } from '../client/network.ts'
import { credentialStore, type StoreLocation } from '../client/stored-credentials.ts'
import type { CredentialStore } from '../credentials/credential-store.ts'
import type { Credential, StoredUser } from '../credentials/credentials-file.ts'
import { isOsaError, type OsaError } from '../errors.ts'
import { canonicalServer } from '../server-url.ts'
import { endSession } from './end-session.ts'

const lockTimeoutMs = 20_000

/** Options of `logout`. */
export interface LogoutOptions extends StoreLocation {
  /** The node's address. */
  readonly server: string | URL
  /** Cancels the logout with `aborted`. Has no effect once the login is being removed. */
  readonly signal?: AbortSignal | undefined
  /** The store to use instead of the one at `configDir`. */
  readonly store?: CredentialStore | undefined
  /** The `fetch` to send the request with. */
  readonly fetch?: typeof fetch | undefined
  /** How servers are reached, instead of `fetch`. */
  readonly network?: Network | undefined
  /** True to remove the saved login without contacting the server. */
  readonly isLocal?: boolean | undefined
  /** Whether to contact a server over http:// on a host other than this machine. True by default. */
  readonly allowHttp?: boolean | undefined
  /** Wraps work that should not be interrupted. */
  readonly uninterrupted?: (<T>(work: () => Promise<T>) => Promise<T>) | undefined
}

/** The result of `logout`. */
export interface Logout {
  /** False if there was no saved login. */
  readonly removed: boolean
  /** True if the server ended the session too. Otherwise the session expires there if it is not used. */
  readonly revoked: boolean
  /** Why the session could not be ended at the server. */
  readonly failure?: OsaError
  /** The person whose login it was, if known. */
  readonly user: StoredUser | null
}

async function end(server: string, refreshToken: string, options: LogoutOptions): Promise<OsaError | null> {
  const { signal, fetch, network = openNetwork({ fetch }), allowHttp = true } = options
  try {
    canonicalServer(server, { allowHttp })
    await endSession(network, { server, refreshToken, signal })
    return null
  } catch (error) {
    if (isOsaError(error) && error.code !== 'aborted') return error
    throw error
  }
}

async function readOrNull(store: CredentialStore, server: string): Promise<Credential | null> {
  try {
    return await store.read(server)
  } catch (error) {
    // An entry that cannot be read, or whose secret is gone, has no token to revoke. It is removed like any other.
    if (isOsaError(error, 'malformed_credentials', 'not_authenticated') && error.server === server) return null
    throw error
  }
}

/** Ends the session at the server and removes the saved login, even if the server is unreachable. Throws `aborted`, `lock_timeout`, `store_…`. */
export async function logout(options: LogoutOptions): Promise<Logout> {
  const server = canonicalServer(String(options.server), { allowHttp: true })
  const { store = credentialStore(options), signal, isLocal = false, uninterrupted = (work) => work() } = options
  const nothing = { revoked: false, user: null }
  if (!(await store.look(server)).login) return { ...nothing, removed: await store.remove(server) }
  // Takes the refresh lock, because a renewal in another process would leave a newer token alive.
  const lock = await store.lockRefresh(server, { timeoutMs: lockTimeoutMs, signal })
  try {
    const saved = await readOrNull(store, server)
    const { refreshToken = null, user = null } = saved ?? {}
    const failure = refreshToken === null || isLocal ? null : await end(server, refreshToken, options)
    const removed = await uninterrupted(() => store.remove(server))
    const revoked = refreshToken !== null && !isLocal && !failure
    return { removed, revoked, user, ...(failure ? { failure } : {}) }
  } finally {
    await lock.release()
  }
}
