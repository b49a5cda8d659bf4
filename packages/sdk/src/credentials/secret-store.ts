/** Saved logins in a program's own storage, such as a secret manager or a database table. */
import { isOsaError, OsaError } from '../errors.ts'
import type { CredentialStore, RefreshLockOptions } from './credential-store.ts'
import {
  type Entries,
  findEntryKey,
  listLogins,
  readCredential,
  withCredential,
  withoutCredential,
} from './credentials-file.ts'
import type { Lock } from './lock.ts'
import { lookAt, type SeenLogin } from './login-index.ts'

/** How a program stores logins itself: as one JSON object in the format of `credentials.json`. The object contains secrets. */
export interface SecretStoreOptions {
  /** Returns the object that was last saved; null if there is none yet. */
  load(): Promise<Record<string, unknown> | null> | Record<string, unknown> | null
  /**
   * Stores the whole object. When it returns, the object must be stored durably. It is also called before each renewal, with the current
   * object, so that a failure shows up before the old refresh token is used up.
   */
  save(logins: Record<string, unknown>): Promise<void> | void
  /**
   * Takes a lock that lets one process at a time renew a login. Needed if several processes share the storage. It must then be one lock for
   * all servers, because all logins are saved as one object, and `login` and `logout` must run in only one process at a time.
   */
  lock?: ((server: string, options: RefreshLockOptions) => Promise<Lock>) | undefined
  /** The name of the storage, for messages: `the vault`. */
  readonly name?: string | undefined
}

/** Returns a lock within this process: callers get it one after the other. */
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
 * Creates a store for `login`, `logout` and `storedCredentials` from two functions of the program. Errors that `load` and `save` throw become
 * `store_unavailable` and `store_unwritable`. If a renewal fails for that reason, the current access token is used until it expires.
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
      throw new OsaError(code, `The login cannot be ${verb}: ${name} failed`, {
        cause,
        hint: 'See the cause of this error',
      })
    }
  }
  const read = async (): Promise<Entries> => (await attempt('store_unavailable', load)) ?? {}
  const takeTurn = createQueue()
  /** Reads, changes and saves, one caller at a time, so that logins do not overwrite each other. Returns false if `decide` returns null. */
  const change = async (decide: (entries: Entries) => Entries | null): Promise<boolean> => {
    const turn = await takeTurn()
    try {
      const changed = decide(await read())
      if (changed !== null) await attempt('store_unwritable', () => save(changed))
      return changed !== null
    } finally {
      await turn.release()
    }
  }
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
      let seen: SeenLogin | null = null
      await change((entries) => {
        seen = lookAt(entries, server)
        return entries
      })
      const isUnchanged = (entries: Entries): boolean => seen?.isStillIn(entries) ?? false
      return {
        commit: async (credential) => void (await change((entries) => withCredential(entries, server, credential))),
        commitUnlessChanged: (credential) =>
          change((entries) => (isUnchanged(entries) ? withCredential(entries, server, credential) : null)),
        abandon: async () => undefined,
      }
    },
    remove: (server) =>
      change((entries) => (findEntryKey(entries, server) === null ? null : withoutCredential(entries, server))),
    lockRefresh,
    // The caller reads the login again after waiting, so a change needs no special treatment.
    lockRefreshUnlessChanged: (server, _seen, options) => lockRefresh(server, options),
    setAsideUnreadable: async () => null,
  }
}
