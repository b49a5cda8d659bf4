/** The end of a saved login, at the server and here. */
import { credentialStore, type StoreLocation } from '../client/stored-credentials.ts'
import type { CredentialStore } from '../credentials/credential-store.ts'
import { isOsaError } from '../errors.ts'
import { canonicalServer } from '../server-url.ts'
import { createHttp } from '../wire/http.ts'
import { revokeSession } from '../wire/v1.ts'

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

/** Ends the session at the server and forgets the login, the latter also when the server is out of reach. Throws `store_…`. */
export const logout = async (options: LogoutOptions): Promise<Logout> => {
  const server = canonicalServer(String(options.server), { allowHttp: true })
  const { store = credentialStore(options), signal } = options
  const saved = await store.read(server)
  const removed = await store.remove(server)
  if (!saved?.refreshToken) return { removed, revoked: false }
  try {
    const http = createHttp(options.fetch ? { fetch: options.fetch } : {})
    await revokeSession(http, { server, refreshToken: saved.refreshToken, signal, timeoutMs: 10_000 })
    return { removed, revoked: true }
  } catch (error) {
    if (isOsaError(error)) return { removed, revoked: false }
    throw error
  }
}
