/** The store of saved logins in a config directory. Logins in `credentials.json` are read here; login-keeping.ts does the rest. */
import type { Clock } from '../clock.ts'
import { OsaError, signInHint } from '../errors.ts'
import type { StorageTarget } from '../keychain/choose-storage.ts'
import type { KeychainBackend } from '../keychain/keychain.ts'
import { openSystemKeychain } from '../keychain/system-keychain.ts'
import type { Environment } from './config-dir.ts'
import { type Credential, keychainOf, listLogins, readCredential, type StoredLogin } from './credentials-file.ts'
import type { Lock } from './lock.ts'
import { entryOf, lookAt, openLoginIndex, type SeenLogin } from './login-index.ts'
import type { LoginKeeping } from './login-keeping.ts'

/** Reserved space for a login that is about to be saved. */
export interface Reservation {
  /**
   * Saves a login: writes the new secret, then the entry, then removes the old secret, so that a process killed at any point leaves a working
   * login. Throws `store_unwritable`, `store_locked`, `store_unavailable`; the old login is then still in place.
   */
  commit(credential: Credential): Promise<void>
  /**
   * Like `commit`, for a renewed login: saves only if the entry has not changed since the reservation. Returns false, without saving, if another
   * process has changed or removed it: a tool without our lock (the original `osa`), or one that took over the lock of this process.
   */
  commitUnlessChanged(credential: Credential): Promise<boolean>
  /** Gives up the reservation. Does nothing after a commit. */
  abandon(): Promise<void>
}

/** How to wait for the refresh lock. */
export interface RefreshLockOptions {
  /** How long to wait, in milliseconds. */
  readonly timeoutMs: number
  /** Cancels the wait with `aborted`. */
  readonly signal?: AbortSignal | undefined
}

/** A store of saved logins, one per server. */
export interface CredentialStore {
  /** Where the logins are, for messages. */
  readonly path: string
  /** The name of this computer's keychain, for messages. */
  readonly keychainLabel: string
  /** Lists all logins, without secrets. Never opens a keychain. */
  list(): Promise<StoredLogin[]>
  /** Returns a login without its secrets. Never opens a keychain. */
  look(server: string): Promise<SeenLogin>
  /**
   * Returns a login with its secrets; null if there is none. Throws `malformed_credentials`, `store_locked`, `store_unavailable`,
   * `store_unwritable`, and `not_authenticated` if the login should be in the keychain but is not.
   */
  read(server: string): Promise<Credential | null>
  /**
   * Makes sure that a login can be saved, before anything irreversible happens. It goes where the current login is, or to `target`, which was
   * already tested when it was chosen. Throws `store_unwritable`, `store_locked`, `store_unavailable`.
   */
  reserve(server: string, target?: StorageTarget): Promise<Reservation>
  /** Removes a login; returns false if there was none. Throws `store_locked`, `store_unavailable`; the login is then still there. */
  remove(server: string): Promise<boolean>
  /** Takes the lock that lets one process at a time renew a server's login. Throws `lock_timeout`, `aborted`. */
  lockRefresh(server: string, options: RefreshLockOptions): Promise<Lock>
  /** Like `lockRefresh`, but returns null if another process holds the lock and the login has changed since it was `seen`; then read it again. */
  lockRefreshUnlessChanged(server: string, seen: SeenLogin, options: RefreshLockOptions): Promise<Lock | null>
  /** Renames an unreadable credentials file and returns its new path; null if the file is readable or does not exist. */
  setAsideUnreadable(): Promise<string | null>
}

/** Options of `openCredentialStore`. */
export interface CredentialStoreOptions {
  readonly dir: string
  readonly clock: Clock
  /** Called with warnings: about file modes that were tightened, and about logins that were saved in the file instead of the keychain. */
  readonly warn?: (text: string) => void
  readonly env?: Environment
  readonly keychain?: KeychainBackend
}

/** Opens the store of a config directory. Creates nothing until a login is saved, and opens no keychain until one is needed. */
export function openCredentialStore(options: CredentialStoreOptions): CredentialStore {
  const { dir, clock, warn = () => undefined, env = process.env } = options
  const keychain = options.keychain ?? openSystemKeychain({ env })
  const index = openLoginIndex({ dir, warn })
  const { path } = index
  let opened: Promise<LoginKeeping> | null = null
  // Loaded for the first change or the first keychain access: most commands only read a file, and start faster without it.
  const keeping = (): Promise<LoginKeeping> => {
    opened ??= import('./login-keeping.ts').then(({ openLoginKeeping }) =>
      openLoginKeeping({ dir, clock, warn, env, keychain, index }),
    )
    return opened
  }
  return {
    path,
    keychainLabel: keychain.label,
    list: async () => listLogins(await index.read()),
    look: async (server) => lookAt(await index.read(), server),
    async read(server) {
      const entry = entryOf(await index.read(), server)
      if (entry === undefined) return null
      const binding = keychainOf(entry)
      if (!binding) return readCredential(entry, { server, path })
      return await (await keeping()).readFromKeychain(server, binding, entry)
    },
    reserve: async (server, target) => await (await keeping()).reserve(server, target),
    remove: async (server) => await (await keeping()).remove(server),
    lockRefresh: async (server, wait) => await (await keeping()).lockRefresh(server, wait),
    lockRefreshUnlessChanged: async (...wait) => await (await keeping()).lockRefreshUnlessChanged(...wait),
    setAsideUnreadable: async () => await (await keeping()).setAsideUnreadable(),
  }
}

/** Creates the error for a server without a saved login. */
export const notAuthenticated = (server: string): OsaError =>
  new OsaError('not_authenticated', `Not logged in to ${server}`, { server, hint: signInHint(server) })
