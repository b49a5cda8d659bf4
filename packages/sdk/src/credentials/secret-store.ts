/** Saved logins in a place of the program's own: a secret manager, a table of its database. */
import { isOsaError, OsaError } from '../errors.ts'
import type { CredentialStore, RefreshLockOptions } from './credential-store.ts'
import {
  type Credential,
  type Entries,
  findEntryKey,
  listLogins,
  readCredential,
  withCredential,
  withoutCredential,
} from './credentials-file.ts'
import type { Lock } from './lock.ts'
import { lookAt } from './login-index.ts'

/** How a program keeps logins itself. What is kept is one JSON object, in the form of `credentials.json`: it holds secrets. */
export interface SecretStoreOptions {
  /** What `save` was given last; null when there is nothing yet. */
  load(): Promise<Record<string, unknown> | null> | Record<string, unknown> | null
  /**
   * Keeps it, as a whole, before it answers. Before a login is renewed this is called with what is there already: a place that cannot be
   * written to loses no login then.
   */
  save(logins: Record<string, unknown>): Promise<void> | void
  /** Lets one process at a time renew a server's login. Needed where several processes share the place. */
  lock?: ((server: string, options: RefreshLockOptions) => Promise<Lock>) | undefined
  /** What people call the place, for messages: `the vault`. */
  readonly name?: string | undefined
}

/** One after the other, within this process. */
function createQueue(): () => Promise<Lock> {
  let last: Promise<void> = Promise.resolve()
  return async () => {
    const before = last
    let release = (): void => undefined
    last = new Promise((done) => {
      release = done
    })
    await before
    return { release: async () => release() }
  }
}

/**
 * A store for `login`, `logout` and `storedCredentials` over two functions of the program. What these throw comes out as `store_unavailable`
 * and `store_unwritable`; the access token at hand then serves while it lasts.
 */
export function secretStore({
  load,
  save,
  lock = createQueue(),
  name = "the program's own store",
}: SecretStoreOptions): CredentialStore {
  const attempt = async <T>(code: 'store_unavailable' | 'store_unwritable', work: () => Promise<T> | T): Promise<T> => {
    try {
      return await work()
    } catch (cause) {
      if (isOsaError(cause)) throw cause
      const verb = code === 'store_unavailable' ? 'read' : 'saved'
      throw new OsaError(code, `The login cannot be ${verb}: ${name} failed`, { cause, hint: 'Look at the cause' })
    }
  }
  const read = async (): Promise<Entries> => (await attempt('store_unavailable', load)) ?? {}
  const write = (entries: Entries): Promise<void> => attempt('store_unwritable', () => save(entries))
  const lockRefresh = (server: string, options: RefreshLockOptions): Promise<Lock> => lock(server, options)
  return {
    path: name,
    keychainLabel: 'no keychain',
    list: async () => listLogins(await read()),
    look: async (server) => lookAt(await read(), server),
    read: async (server) => {
      const entries = await read()
      const key = findEntryKey(entries, server)
      return key === null ? null : readCredential(entries[key], { server, path: name })
    },
    reserve: async (server) => {
      const before = await read()
      const seen = lookAt(before, server)
      await write(before)
      const commit = async (credential: Credential): Promise<void> =>
        write(withCredential(await read(), server, credential))
      return {
        commit,
        async commitUnlessChanged(credential) {
          if (!seen.isStillIn(await read())) return false
          await commit(credential)
          return true
        },
        abandon: async () => undefined,
      }
    },
    remove: async (server) => {
      const entries = await read()
      const isThere = findEntryKey(entries, server) !== null
      if (isThere) await write(withoutCredential(entries, server))
      return isThere
    },
    lockRefresh,
    // Whoever waited looks again anyway.
    lockRefreshUnlessChanged: (server, _seen, options) => lockRefresh(server, options),
    setAsideUnreadable: async () => null,
  }
}
