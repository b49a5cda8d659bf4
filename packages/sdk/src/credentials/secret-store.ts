/** Saved logins in a place of the program's own: a secret manager, a table of its database. */
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

/** How a program keeps logins itself. What is kept is one JSON object, in the form of `credentials.json`: it holds secrets. */
export interface SecretStoreOptions {
  /** What `save` was given last; null when there is nothing yet. */
  load(): Promise<Record<string, unknown> | null> | Record<string, unknown> | null
  /**
   * Keeps it, as a whole, before it answers. Before a login is renewed this is called with what is there already: a place that cannot be
   * written to loses no login then.
   */
  save(logins: Record<string, unknown>): Promise<void> | void
  /**
   * Lets one process at a time renew a login. Needed where several processes share the place; one lock for all servers then, since all
   * logins are saved as one, and `login` and `logout` in one process at a time.
   */
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
      throw new OsaError(code, `The login cannot be ${verb}: ${name} failed`, {
        cause,
        hint: 'See the cause of this error',
      })
    }
  }
  const read = async (): Promise<Entries> => (await attempt('store_unavailable', load)) ?? {}
  const takeTurn = createQueue()
  /** Reads and saves with nobody of this process in between, or one login would overwrite another. False when `decide` changes nothing. */
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
    // Whoever waited looks again anyway.
    lockRefreshUnlessChanged: (server, _seen, options) => lockRefresh(server, options),
    setAsideUnreadable: async () => null,
  }
}
