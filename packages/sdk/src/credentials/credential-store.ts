/** The saved logins of one config directory: what may be asked of them. What is kept in `credentials.json` is read here. */
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

/** A kept place for a credential that does not exist yet. */
export interface Reservation {
  /**
   * Saves: the new secret first, then the entry, then the old secret goes; killed anywhere between, a working login is left. Throws
   * `store_unwritable`, `store_locked`, `store_unavailable`; then nothing was switched.
   */
  commit(credential: Credential): Promise<void>
  /**
   * As `commit`, for a renewed login: only while the entry is the one that was there when the place was kept. False, and nothing is saved,
   * when a tool that knows no lock (the original `osa`), or a process that took this one for dead, has changed or removed it since.
   */
  commitUnlessChanged(credential: Credential): Promise<boolean>
  /** Gives the place up; harmless after a commit. */
  abandon(): Promise<void>
}

/** How long the lock is waited for. */
export interface RefreshLockOptions {
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
}

/** The saved logins of one config directory. */
export interface CredentialStore {
  /** Where this store keeps things, for a person to read. */
  readonly path: string
  /** What people call the keychain of this computer. */
  readonly keychainLabel: string
  /** All logins, without their secrets. Never opens a keychain. */
  list(): Promise<StoredLogin[]>
  /** One login, without its secrets. Never opens a keychain. */
  look(server: string): Promise<SeenLogin>
  /**
   * One login with its secrets; null when there is none. Throws `malformed_credentials`, `store_locked`, `store_unavailable`,
   * `store_unwritable`, and `not_authenticated` where the entry points at a keychain that no longer holds the login.
   */
  read(server: string): Promise<Credential | null>
  /**
   * Proves that a login can be saved before anything irreversible happens: where the entry says, or in `target`, which was proven when
   * it was chosen. Throws `store_unwritable`, `store_locked`, `store_unavailable`.
   */
  reserve(server: string, target?: StorageTarget): Promise<Reservation>
  /** Forgets a login; false when there was none. Throws `store_locked`, `store_unavailable`; then the login is still there. */
  remove(server: string): Promise<boolean>
  /** One process at a time may renew a server's login. */
  lockRefresh(server: string, options: RefreshLockOptions): Promise<Lock>
  /** As `lockRefresh`, but null when the lock is held and the login is no longer what was `seen`: it is worth another look. */
  lockRefreshUnlessChanged(server: string, seen: SeenLogin, options: RefreshLockOptions): Promise<Lock | null>
  /** Moves an unreadable credentials file aside and answers its new path; null when the file can be read or is not there. */
  setAsideUnreadable(): Promise<string | null>
}

/** Where a store keeps logins, and with what. */
export interface CredentialStoreOptions {
  readonly dir: string
  readonly clock: Clock
  /** Hears about modes that had to be tightened, and logins that had to be kept elsewhere. */
  readonly warn?: (text: string) => void
  readonly env?: Environment
  readonly keychain?: KeychainBackend
}

/** Opens the store of a config directory. Nothing is created before something is saved, and no keychain is opened before one is needed. */
export function openCredentialStore(options: CredentialStoreOptions): CredentialStore {
  const { dir, clock, warn = () => undefined, env = process.env } = options
  const keychain = options.keychain ?? openSystemKeychain({ env })
  const index = openLoginIndex({ dir, warn })
  const { path } = index
  let opened: Promise<LoginKeeping> | null = null
  // Loaded at the first change or the first look into a keychain: most commands only read a file, and start faster without it.
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

/** The error for a server that has no saved login. */
export const notAuthenticated = (server: string): OsaError =>
  new OsaError('not_authenticated', `Not logged in to ${server}`, { server, hint: signInHint(server) })
