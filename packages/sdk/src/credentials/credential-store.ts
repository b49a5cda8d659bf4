/** The saved logins of one config directory: what may be asked of them, and the store that keeps them in `credentials.json`. */
import { createHash } from 'node:crypto'
import { mkdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../clock.ts'
import { OsaError } from '../errors.ts'
import { prepareReplacement, removeAbandoned } from './atomic-file.ts'
import {
  type Credential,
  type Entries,
  findEntryKey,
  formatCredentials,
  listLogins,
  parseCredentials,
  readCredential,
  type StoredLogin,
  withCredential,
  withoutCredential,
} from './credentials-file.ts'
import { acquireLock, type Lock } from './lock.ts'
import { checkPrivateDir, readPrivateFile, resolveTarget, toStoreError } from './private-file.ts'
import { fileTimestamp } from './timestamp.ts'

/** A kept place for a credential that does not exist yet. */
export interface Reservation {
  commit(credential: Credential): Promise<void>
  abandon(): Promise<void>
}

export interface CredentialStore {
  /** Where this store keeps things, for a person to read. */
  readonly path: string
  /** All logins, without their secrets. */
  list(): Promise<StoredLogin[]>
  /** One login with its secrets; null when there is none. Throws `malformed_credentials`, `store_unavailable`, `store_unwritable`. */
  read(server: string): Promise<Credential | null>
  /** Proves that a login can be saved before anything irreversible happens. Throws `store_unwritable`. */
  reserve(server: string): Promise<Reservation>
  /** Forgets a login; false when there was none. */
  remove(server: string): Promise<boolean>
  /** One process at a time may renew a server's login. */
  lockRefresh(server: string, options: { timeoutMs: number; signal?: AbortSignal | undefined }): Promise<Lock>
  /** Moves an unreadable credentials file aside and answers its new path; null when the file can be read or is not there. */
  setAsideUnreadable(): Promise<string | null>
}

/** Room for a login or two on top of what is there. */
const spareBytes = 16_384
const fileLockTimeoutMs = 10_000

/**
 * Opens the store of a config directory. Nothing is created before something is saved. `warn` hears about modes that had to be
 * tightened.
 */
export const openCredentialStore = (options: {
  dir: string
  clock: Clock
  warn?: (text: string) => void
}): CredentialStore => {
  const { dir, clock, warn = () => undefined } = options
  const path = join(dir, 'credentials.json')

  const readEntries = async (): Promise<Entries> => {
    const bytes = await readPrivateFile(path, warn)
    return bytes === null ? {} : parseCredentials(bytes, path)
  }

  const prepareDir = async (): Promise<void> => {
    try {
      await mkdir(join(dir, 'locks'), { recursive: true, mode: 0o700 })
      await checkPrivateDir(dir)
    } catch (error) {
      throw toStoreError(error, dir)
    }
  }

  const locked = async <T>(work: () => Promise<T>): Promise<T> => {
    const lock = await acquireLock(`${path}.lock`, { timeoutMs: fileLockTimeoutMs, clock, purpose: 'writing logins' })
    try {
      return await work()
    } finally {
      await lock.release()
    }
  }

  const reserve = async (server: string): Promise<Reservation> => {
    await prepareDir()
    const entries = await readEntries()
    const target = await resolveTarget(path)
    const bytes = Buffer.byteLength(formatCredentials(entries)) + spareBytes
    const replacement = await prepareReplacement(target, { bytes })
    return {
      abandon: replacement.abandon,
      commit: async (credential) => {
        try {
          await locked(async () => {
            // Read again: another process may have saved another server's login since.
            await replacement.commit(formatCredentials(withCredential(await readEntries(), server, credential)))
            await removeAbandoned(target, clock.now())
          })
        } finally {
          await replacement.abandon()
        }
      },
    }
  }

  return {
    path,
    reserve,
    list: async () => listLogins(await readEntries()),
    async read(server) {
      const entries = await readEntries()
      const key = findEntryKey(entries, server)
      if (key === null) return null
      const login = listLogins({ [key]: entries[key] })[0]
      if (login?.storage === 'keychain') throw keychainUnavailable(server)
      return readCredential(entries[key], { server, path })
    },
    async remove(server) {
      if (findEntryKey(await readEntries(), server) === null) return false
      await prepareDir()
      return await locked(async () => {
        const entries = await readEntries()
        const text = formatCredentials(withoutCredential(entries, server))
        const replacement = await prepareReplacement(await resolveTarget(path), { bytes: 0 })
        await replacement.commit(text)
        return findEntryKey(entries, server) !== null
      })
    },
    async lockRefresh(server, { timeoutMs, signal }) {
      await prepareDir()
      const name = createHash('sha256').update(server).digest('hex').slice(0, 16)
      const purpose = 'renewing this session'
      return await acquireLock(join(dir, 'locks', `${name}.refresh`), { timeoutMs, clock, purpose, signal })
    },
    async setAsideUnreadable() {
      try {
        await readEntries()
        return null
      } catch (error) {
        if (!(error instanceof OsaError) || error.code !== 'malformed_credentials') throw error
      }
      await prepareDir()
      const aside = `${path}.corrupt-${fileTimestamp(clock.now())}`
      await locked(() => rename(path, aside))
      return aside
    },
  }
}

const keychainUnavailable = (server: string): OsaError =>
  new OsaError('store_unavailable', `The login for ${server} is in a system keychain that this osa can't read`, {
    server,
    hint: 'Log in again: osa login --force. In scripts: OSA_TOKEN',
  })
