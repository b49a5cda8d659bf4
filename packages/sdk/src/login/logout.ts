/** The end of a saved login, at the server and here. */
import { type Network, openNetwork } from '../client/network.ts'
import { credentialStore, type StoreLocation } from '../client/stored-credentials.ts'
import type { CredentialStore } from '../credentials/credential-store.ts'
import type { Credential, StoredUser } from '../credentials/credentials-file.ts'
import { isOsaError, type OsaError } from '../errors.ts'
import { canonicalServer } from '../server-url.ts'
import { endSession } from './end-session.ts'

const lockTimeoutMs = 20_000

export interface LogoutOptions extends StoreLocation {
  /** The node's address. */
  readonly server: string | URL
  readonly signal?: AbortSignal | undefined
  /** Instead of the one at `configDir`. */
  readonly store?: CredentialStore | undefined
  /** What the request is sent with. */
  readonly fetch?: typeof fetch | undefined
  /** Instead of `fetch`: how servers are reached. */
  readonly network?: Network | undefined
  /** Only forgets the login here; the server is not told. */
  readonly isLocal?: boolean | undefined
  /** False: a server that is reached over http, and is not this machine, is not told. */
  readonly allowHttp?: boolean | undefined
  /** Runs work that should not be cut off. */
  readonly uninterrupted?: (<T>(work: () => Promise<T>) => Promise<T>) | undefined
}

/** What a logout came to. */
export interface Logout {
  /** False when there was no saved login. */
  readonly removed: boolean
  /** True when the server ended the session too. If not, it ends there when it is not used. */
  readonly revoked: boolean
  /** Why the server could not be told. */
  readonly failure?: OsaError
  /** Whose login it was. */
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
    // An entry that cannot be read, or whose secret is gone, has no token to revoke; forgetting it is what was asked for.
    if (isOsaError(error, 'malformed_credentials', 'not_authenticated') && error.server === server) return null
    throw error
  }
}

/** Ends the session at the server and forgets the login, the latter also when the server is out of reach. Throws `aborted`, `lock_timeout`, `store_…`. */
export async function logout(options: LogoutOptions): Promise<Logout> {
  const server = canonicalServer(String(options.server), { allowHttp: true })
  const { store = credentialStore(options), signal, isLocal = false, uninterrupted = (work) => work() } = options
  const nothing = { revoked: false, user: null }
  if (!(await store.look(server)).login) return { ...nothing, removed: await store.remove(server) }
  // Alone with the login: a renewal going on elsewhere would leave a newer token alive.
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
