/** `credentials.json` as the index of logins: read it, change it as a whole and alone, and prove first that it can be changed. */
import { mkdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Clock } from '../clock.ts'
import { OsaError } from '../errors.ts'
import { prepareReplacement, removeAbandoned } from './atomic-file.ts'
import { type Entries, findEntryKey, formatCredentials, parseCredentials } from './credentials-file.ts'
import { acquireLock, removeSpentLocks } from './lock.ts'
import { checkPrivateDir, readPrivateFile, resolveTarget, toStoreError } from './private-file.ts'
import { fileTimestamp } from './timestamp.ts'

const fileLockTimeoutMs = 10_000
/** The original `osa` rewrites the file in place, which leaves it empty for a moment: what makes no sense is read again before it is believed. */
const maxReads = 10
const readAgainAfterMs = 20

/** A change that is certain to find room and permission. */
export interface PreparedChange {
  /** Applies `change` to what the file holds by then; answers what it held before. */
  commit(change: (entries: Entries) => Entries): Promise<Entries>
  abandon(): Promise<void>
}

export interface LoginIndex {
  readonly path: string
  read(): Promise<Entries>
  /** Makes the directory, and refuses one that is not private. Throws `store_unwritable`. */
  prepareDir(): Promise<void>
  /** Keeps room for the index as it is and `spareBytes` more. Throws `store_unwritable`, `malformed_credentials`. */
  prepare(options: { spareBytes: number }): Promise<PreparedChange>
  setAsideUnreadable(): Promise<string | null>
}

/** A server's entry, under whatever spelling it stands; undefined when there is none. */
export const entryOf = (entries: Entries, server: string): unknown => {
  const key = findEntryKey(entries, server)
  return key === null ? undefined : entries[key]
}

/** Opens the index of a config directory. Nothing is created before something is prepared. */
export const openLoginIndex = (options: { dir: string; clock: Clock; warn: (text: string) => void }): LoginIndex => {
  const { dir, clock, warn } = options
  const path = join(dir, 'credentials.json')

  const read = async (): Promise<Entries> => {
    for (let reads = 1; ; reads++) {
      const bytes = await readPrivateFile(path, warn)
      try {
        return bytes === null ? {} : parseCredentials(bytes, path)
      } catch (error) {
        if (reads === maxReads) throw error
      }
      await delay(readAgainAfterMs)
    }
  }
  const prepareDir = async (): Promise<void> => {
    try {
      await mkdir(dir, { recursive: true, mode: 0o700 })
      // Not recursively: then Node calls a read-only disk ENOENT.
      await mkdir(join(dir, 'locks'), { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error
      })
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

  return {
    path,
    read,
    prepareDir,
    async prepare({ spareBytes }) {
      await prepareDir()
      const bytes = Buffer.byteLength(formatCredentials(await read())) + spareBytes
      const file = await resolveTarget(path)
      const replacement = await prepareReplacement(file, { bytes })
      return {
        abandon: replacement.abandon,
        commit: (change) =>
          locked(async () => {
            // Read again: another process may have saved another server's login since.
            const before = await read()
            await replacement.commit(formatCredentials(change(before)))
            await removeAbandoned(file, clock.now())
            await removeSpentLocks(dir, clock.now())
            await removeSpentLocks(join(dir, 'locks'), clock.now())
            return before
          }),
      }
    },
    async setAsideUnreadable() {
      try {
        await read()
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
