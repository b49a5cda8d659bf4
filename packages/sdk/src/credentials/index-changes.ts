/** Changes `credentials.json` atomically and under a lock, after making sure that it can be changed. */
import { statSync } from 'node:fs'
import { rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Clock } from '../clock.ts'
import { OsaError } from '../errors.ts'
import { prepareReplacement } from './atomic-file.ts'
import { type Entries, formatCredentials } from './credentials-file.ts'
import { removeLeftovers } from './leftovers.ts'
import { acquireLock } from './lock.ts'
import type { LoginIndex } from './login-index.ts'
import { makePrivateDir } from './private-dir.ts'
import { isMissing, resolveTarget, toStoreError } from './private-file.ts'
import { fileTimestamp } from './timestamp.ts'

const fileLockTimeoutMs = 10_000

/** A change for which space and permission are assured. */
export interface PreparedChange {
  /** Applies `change` to the file's current entries and returns the entries from before. If `change` returns null, the file stays unchanged. */
  commit(change: (entries: Entries) => Entries | null): Promise<Entries>
  abandon(): Promise<void>
}

export interface IndexChanges {
  /** Creates the directory and its `locks` directory. Throws `store_unwritable`, also if one of them is not private. */
  prepareDir(): Promise<void>
  /** Reserves space for the current index and `spareBytes` more. Throws `store_unwritable`, `malformed_credentials`. */
  prepare(options: { spareBytes: number }): Promise<PreparedChange>
  /** Returns a function for polling whether a condition on the entries holds. It reads the file only when the file has changed. */
  watch(condition: (entries: Entries) => boolean): () => Promise<boolean>
  setAsideUnreadable(): Promise<string | null>
}

/** Returns a text that changes with the file, whether it is replaced or (by the original `osa`) rewritten in place. */
function versionOf(path: string): string {
  try {
    const { ino, mtimeMs, size } = statSync(path)
    return `${ino} ${mtimeMs} ${size}`
  } catch (error) {
    if (isMissing(error)) return 'none'
    throw toStoreError(error, path)
  }
}

/** Opens an index for changes. Creates nothing until a change is prepared. */
export function openIndexChanges({ path, read }: LoginIndex, clock: Clock): IndexChanges {
  const dir = dirname(path)

  const prepareDir = async (): Promise<void> => {
    await makePrivateDir(dir)
    await makePrivateDir(join(dir, 'locks'))
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
    watch(condition) {
      let [known, answer] = ['', false]
      return async () => {
        const version = versionOf(path)
        if (version !== known) [known, answer] = [version, condition(await read())]
        return answer
      }
    },
    async prepare({ spareBytes }) {
      await prepareDir()
      const bytes = Buffer.byteLength(formatCredentials(await read())) + spareBytes
      const file = resolveTarget(path)
      const replacement = await prepareReplacement(file, { bytes })
      return {
        abandon: replacement.abandon,
        commit: (change) =>
          locked(async () => {
            // Read again, because another process may have saved another server's login meanwhile.
            const before = await read()
            const after = change(before)
            if (!after) return before
            await replacement.commit(formatCredentials(after))
            await removeLeftovers({ dir, path: file }, clock.now())
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
