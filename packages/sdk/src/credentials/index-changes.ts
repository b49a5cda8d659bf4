/** Changes `credentials.json` as a whole and alone, and proves first that it can be changed. */
import { mkdir, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Clock } from '../clock.ts'
import { OsaError } from '../errors.ts'
import { prepareReplacement, removeAbandoned } from './atomic-file.ts'
import { type Entries, formatCredentials } from './credentials-file.ts'
import { acquireLock, removeSpentLocks } from './lock.ts'
import type { LoginIndex } from './login-index.ts'
import { checkPrivateDir, resolveTarget, toStoreError } from './private-file.ts'
import { fileTimestamp } from './timestamp.ts'

const fileLockTimeoutMs = 10_000

/** A change that is certain to find room and permission. */
export interface PreparedChange {
  /** Applies `change` to what the file holds by then; answers what it held before. */
  commit(change: (entries: Entries) => Entries): Promise<Entries>
  abandon(): Promise<void>
}

export interface IndexChanges {
  /** Makes the directory, and refuses one that is not private. Throws `store_unwritable`. */
  prepareDir(): Promise<void>
  /** Keeps room for the index as it is and `spareBytes` more. Throws `store_unwritable`, `malformed_credentials`. */
  prepare(options: { spareBytes: number }): Promise<PreparedChange>
  setAsideUnreadable(): Promise<string | null>
}

/** What may be done to an index. Nothing is created before something is prepared. */
export const openIndexChanges = ({ path, read }: LoginIndex, clock: Clock): IndexChanges => {
  const dir = dirname(path)

  const prepareDir = async (): Promise<void> => {
    try {
      await mkdir(dir, { recursive: true, mode: 0o700 })
      // Not recursively: then Node calls a read-only disk ENOENT.
      await mkdir(join(dir, 'locks'), { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error
      })
      checkPrivateDir(dir)
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
    prepareDir,
    async prepare({ spareBytes }) {
      await prepareDir()
      const bytes = Buffer.byteLength(formatCredentials(await read())) + spareBytes
      const file = resolveTarget(path)
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
