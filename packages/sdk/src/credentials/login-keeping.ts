/** Saves and removes logins, in `credentials.json` or in a keychain that it points to. Also reads logins from that keychain. */
import { join } from 'node:path'
import type { Clock } from '../clock.ts'
import { OsaError, signInHint } from '../errors.ts'
import type { StorageTarget } from '../keychain/choose-storage.ts'
import type { KeychainBackend, KeychainBinding } from '../keychain/keychain.ts'
import type { Environment } from './config-dir.ts'
import type { CredentialStore, Reservation } from './credential-store.ts'
import {
  type Credential,
  type Entries,
  keychainOf,
  listLogins,
  withCredential,
  withoutCredential,
  withPointer,
} from './credentials-file.ts'
import { openIndexChanges, type PreparedChange } from './index-changes.ts'
import { openKeychainLogins } from './keychain-logins.ts'
import { shortHash } from './keychain-marks.ts'
import { acquireLock, acquireLockUnless } from './lock.ts'
import { entryOf, type LoginIndex, lookAt } from './login-index.ts'

/** The part of a `CredentialStore` that makes changes or opens a keychain. */
export interface LoginKeeping
  extends Pick<
    CredentialStore,
    'reserve' | 'remove' | 'lockRefresh' | 'lockRefreshUnlessChanged' | 'setAsideUnreadable'
  > {
  /** Returns the login that an entry of the index points to. Throws like `CredentialStore.read`. */
  readFromKeychain(server: string, binding: KeychainBinding, entry: unknown): Promise<Credential>
}

/** Space for one or two more logins. */
const roomForLogins = { spareBytes: 16_384 }

const storedUser = (server: string, entry: unknown): Credential['user'] =>
  listLogins({ [server]: entry })[0]?.user ?? null

/** Opens this part of a store. `CredentialStore` documents the methods. */
export function openLoginKeeping(options: {
  dir: string
  clock: Clock
  warn: (text: string) => void
  env: Environment
  keychain: KeychainBackend
  index: LoginIndex
}): LoginKeeping {
  const { dir, clock, warn, env, keychain, index } = options
  const { path } = index
  const changes = openIndexChanges(index, clock)
  const logins = openKeychainLogins({ dir, env, keychain })
  /** Logins read from the keychain, with the entry that pointed to each. If the entry changes, the login is read again. */
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

  /** Returns the target that fits a login. One too large for the keychain goes to the file, with a warning, unless the keychain is required. */
  const fitting = (server: string, target: StorageTarget, credential: Credential): StorageTarget => {
    if (target.kind === 'file' || !logins.isTooLarge(server, credential)) return target
    const why = `too large for ${keychain.label}`
    if (target.isRequired) throw tooLarge(server, why)
    warn(`The login for ${server} is ${why}; it is kept in ${path} (only you can read it)`)
    return { kind: 'file' }
  }

  /** Writes the new secret, then the entry, then removes the old secret. Returns false, without saving, if `mayReplace` rejects the current index. */
  const save = async (
    server: string,
    into: { credential: Credential; target: StorageTarget; prepared: PreparedChange },
    mayReplace: (entries: Entries) => boolean,
  ): Promise<boolean> => {
    const { credential, prepared } = into
    const target = fitting(server, into.target, credential)
    const binding = target.kind === 'keychain' ? target.binding : null
    if (binding) {
      if (!mayReplace(await index.read())) return false
      await logins.write(server, binding, credential)
    }
    let isSaved = false
    const before = await prepared.commit((entries) => {
      isSaved = mayReplace(entries)
      if (!isSaved) return null
      return binding
        ? withPointer(entries, server, { credential, binding })
        : withCredential(entries, server, credential)
    })
    if (!isSaved) return false
    opened.delete(server)
    const isClean = await logins.removeOthers(server, binding)
    if (!isClean && keychainOf(entryOf(before, server))) {
      warn(`The old login for ${server} could not be removed from the ${keychain.label}; osa will try again later`)
    }
    return true
  }

  const reserve = async (server: string, wanted?: StorageTarget): Promise<Reservation> => {
    const prepared = await changes.prepare(roomForLogins)
    const entries = await index.read()
    const { isStillIn } = lookAt(entries, server)
    const entry = entryOf(entries, server)
    const following = keychainOf(entry)
    if (!wanted && following) {
      await logins.prove(server, following).catch(async (error: unknown) => {
        await prepared.abandon()
        throw error
      })
    }
    const target = wanted ?? (following ? { kind: 'keychain' as const, binding: following } : { kind: 'file' as const })
    const commit = (credential: Credential, mayReplace: (entries: Entries) => boolean): Promise<boolean> =>
      save(server, { credential, target, prepared }, mayReplace).finally(prepared.abandon)
    return {
      abandon: prepared.abandon,
      commit: async (credential) => void (await commit(credential, () => true)),
      commitUnlessChanged: (credential) => commit(credential, isStillIn),
    }
  }

  const refreshLock = async (server: string): Promise<{ path: string; purpose: string }> => {
    await changes.prepareDir()
    return { path: join(dir, 'locks', `${await shortHash(server, 16)}.refresh`), purpose: 'renewing this session' }
  }

  return {
    readFromKeychain,
    reserve,
    setAsideUnreadable: changes.setAsideUnreadable,
    async remove(server) {
      const entry = entryOf(await index.read(), server)
      if (entry === undefined) return false
      const binding = keychainOf(entry)
      const prepared = await changes.prepare({ spareBytes: 0 })
      try {
        // The secret first: an entry without its secret is reported, but a secret without its entry would stay unnoticed.
        if (binding) await logins.remove(server, binding)
        const before = await prepared.commit((entries) => withoutCredential(entries, server))
        opened.delete(server)
        await logins.removeOthers(server, null)
        return entryOf(before, server) !== undefined
      } finally {
        await prepared.abandon()
      }
    },
    async lockRefresh(server, wait) {
      const { path: lockPath, purpose } = await refreshLock(server)
      return await acquireLock(lockPath, { ...wait, clock, purpose })
    },
    async lockRefreshUnlessChanged(server, seen, wait) {
      const { path: lockPath, purpose } = await refreshLock(server)
      const change = changes.watch((entries) => !seen.isStillIn(entries))
      return await acquireLockUnless(change, lockPath, { ...wait, clock, purpose })
    },
  }
}

const notInKeychain = (server: string): OsaError =>
  new OsaError('not_authenticated', `The login for ${server} is not in this computer's keychain`, {
    server,
    hint: signInHint(server),
  })

const tooLarge = (server: string, why: string): OsaError =>
  new OsaError('store_unavailable', `The login for ${server} can't be saved in the keychain: ${why}`, {
    server,
    hint: `Use osa login ${server} --storage file`,
  })
