/** Keeps logins, and lets go of them: in `credentials.json`, or in a keychain that it points at. Also opens that keychain. */
import { join } from 'node:path'
import type { Clock } from '../clock.ts'
import { OsaError } from '../errors.ts'
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
import { openIndexChanges } from './index-changes.ts'
import { openKeychainLogins } from './keychain-logins.ts'
import { shortHash } from './keychain-marks.ts'
import { acquireLock } from './lock.ts'
import { entryOf, type LoginIndex } from './login-index.ts'

/** The part of a `CredentialStore` that changes something, or opens a keychain. */
export interface LoginKeeping
  extends Pick<CredentialStore, 'reserve' | 'remove' | 'lockRefresh' | 'setAsideUnreadable'> {
  /** The login that an entry of the index points at. Throws as `CredentialStore.read` does. */
  readFromKeychain(server: string, binding: KeychainBinding, entry: unknown): Promise<Credential>
}

/** Room for a login or two on top of what is there. */
const roomForLogins = { spareBytes: 16_384 }

const storedUser = (server: string, entry: unknown): Credential['user'] =>
  listLogins({ [server]: entry })[0]?.user ?? null

/** Opens a store's keeping; see `CredentialStore` for what each does. */
export const openLoginKeeping = (options: {
  dir: string
  clock: Clock
  warn: (text: string) => void
  env: Environment
  keychain: KeychainBackend
  index: LoginIndex
}): LoginKeeping => {
  const { dir, clock, warn, env, keychain, index } = options
  const { path } = index
  const changes = openIndexChanges(index, clock)
  const logins = openKeychainLogins({ dir, env, keychain })
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
    const prepared = await changes.prepare(roomForLogins)
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
    readFromKeychain,
    reserve,
    setAsideUnreadable: changes.setAsideUnreadable,
    async remove(server) {
      const entry = entryOf(await index.read(), server)
      if (entry === undefined) return false
      const binding = keychainOf(entry)
      const prepared = await changes.prepare({ spareBytes: 0 })
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
      await changes.prepareDir()
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
