/** The saved logins of one config directory: what may be asked of them, and the store that keeps them, or points at them, in `credentials.json`. */
import { join } from 'node:path'
import type { Clock } from '../clock.ts'
import { OsaError } from '../errors.ts'
import type { StorageTarget } from '../keychain/choose-storage.ts'
import type { KeychainBackend, KeychainBinding } from '../keychain/keychain.ts'
import { openSystemKeychain } from '../keychain/system-keychain.ts'
import type { Environment } from './config-dir.ts'
import {
  type Credential,
  type Entries,
  keychainOf,
  listLogins,
  readCredential,
  type StoredLogin,
  withCredential,
  withoutCredential,
  withPointer,
} from './credentials-file.ts'
import { openKeychainLogins } from './keychain-logins.ts'
import { shortHash } from './keychain-marks.ts'
import { acquireLock, type Lock } from './lock.ts'
import { entryOf, openLoginIndex } from './login-index.ts'

/** A kept place for a credential that does not exist yet. */
export interface Reservation {
  /**
   * Saves: the new secret first, then the entry, then the old secret goes; killed anywhere between, a working login is left. Throws
   * `store_unwritable`, `store_locked`, `store_unavailable`; then nothing was switched.
   */
  commit(credential: Credential): Promise<void>
  /** Gives the place up; harmless after a commit. */
  abandon(): Promise<void>
}

/** The saved logins of one config directory. */
export interface CredentialStore {
  /** Where this store keeps things, for a person to read. */
  readonly path: string
  /** What people call the keychain of this computer. */
  readonly keychainLabel: string
  /** All logins, without their secrets. Never opens a keychain. */
  list(): Promise<StoredLogin[]>
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
  lockRefresh(server: string, options: { timeoutMs: number; signal?: AbortSignal | undefined }): Promise<Lock>
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

/** Room for a login or two on top of what is there. */
const roomForLogins = { spareBytes: 16_384 }

const storedUser = (server: string, entry: unknown): Credential['user'] =>
  listLogins({ [server]: entry })[0]?.user ?? null

/** Opens the store of a config directory. Nothing is created before something is saved, and no keychain is opened before one is needed. */
export const openCredentialStore = (options: CredentialStoreOptions): CredentialStore => {
  const { dir, clock, warn = () => undefined, env = process.env } = options
  const keychain = options.keychain ?? openSystemKeychain({ env })
  const logins = openKeychainLogins({ dir, env, keychain })
  const index = openLoginIndex({ dir, clock, warn })
  const { path } = index
  /** What was read from the keychain, by the entry that pointed at it: an entry that has changed since is read again. */
  const opened = new Map<string, { entry: string; credential: Credential }>()

  const readFromKeychain = async (server: string, binding: KeychainBinding, value: unknown): Promise<Credential> => {
    const entry = JSON.stringify(value)
    const known = opened.get(server)
    if (known?.entry === entry) return known.credential
    const read = await logins.read(server, binding)
    if (!read) throw notInKeychain(server)
    const credential = { ...read, user: storedUser(server, value) }
    opened.set(server, { entry, credential })
    return credential
  }

  /** Where a login really goes: what a keychain cannot hold goes to the file, if that was not ruled out, and is said. */
  const fitting = (server: string, target: StorageTarget, credential: Credential): StorageTarget => {
    if (target.kind === 'file' || !logins.isTooLarge(credential)) return target
    const why = `too large for ${keychain.label}`
    if (target.isRequired) throw tooLarge(server, why)
    warn(`The login for ${server} is ${why}; it is kept in ${path} (only you can read it)`)
    return { kind: 'file' }
  }

  /** New secret, then entry, then old secret. */
  const reserve = async (server: string, wanted?: StorageTarget): Promise<Reservation> => {
    const prepared = await index.prepare(roomForLogins)
    const following = keychainOf(entryOf(await index.read(), server))
    if (!wanted && following) {
      await logins.prove(server, following).catch(async (error: unknown) => {
        await prepared.abandon()
        throw error
      })
    }
    const target = wanted ?? (following ? { kind: 'keychain' as const, binding: following } : { kind: 'file' as const })
    const save = async (credential: Credential): Promise<void> => {
      const into = fitting(server, target, credential)
      const binding = into.kind === 'keychain' ? into.binding : null
      if (binding) await logins.write(server, binding, credential)
      const before = await prepared.commit((entries: Entries) =>
        binding ? withPointer(entries, server, { credential, binding }) : withCredential(entries, server, credential),
      )
      opened.delete(server)
      const isClean = await logins.removeOthers(server, binding)
      if (!isClean && keychainOf(entryOf(before, server))) {
        warn(`The old login for ${server} could not be removed from the ${keychain.label}; that is tried again later`)
      }
    }
    return { abandon: prepared.abandon, commit: (credential) => save(credential).finally(prepared.abandon) }
  }

  return {
    path,
    keychainLabel: keychain.label,
    reserve,
    setAsideUnreadable: index.setAsideUnreadable,
    list: async () => listLogins(await index.read()),
    async read(server) {
      const entry = entryOf(await index.read(), server)
      if (entry === undefined) return null
      const binding = keychainOf(entry)
      return binding ? await readFromKeychain(server, binding, entry) : readCredential(entry, { server, path })
    },
    async remove(server) {
      const entry = entryOf(await index.read(), server)
      if (entry === undefined) return false
      const binding = keychainOf(entry)
      const prepared = await index.prepare({ spareBytes: 0 })
      try {
        // The secret first: an entry whose secret is gone says so, a secret without an entry would lie there unseen.
        if (binding) await logins.remove(server, binding)
        const before = await prepared.commit((entries) => withoutCredential(entries, server))
        opened.delete(server)
        await logins.removeOthers(server, null)
        return entryOf(before, server) !== undefined
      } finally {
        await prepared.abandon()
      }
    },
    async lockRefresh(server, { timeoutMs, signal }) {
      await index.prepareDir()
      const name = await shortHash(server, 16)
      const purpose = 'renewing this session'
      return await acquireLock(join(dir, 'locks', `${name}.refresh`), { timeoutMs, clock, purpose, signal })
    },
  }
}

const notInKeychain = (server: string): OsaError =>
  new OsaError('not_authenticated', `The login for ${server} is not in this computer's keychain`, {
    server,
    hint: 'Run osa login',
  })

const tooLarge = (server: string, why: string): OsaError =>
  new OsaError('store_unavailable', `The login for ${server} can't be saved in the keychain: ${why}`, {
    server,
    hint: 'Use osa login --storage file',
  })
