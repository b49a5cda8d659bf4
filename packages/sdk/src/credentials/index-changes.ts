/** Changes `credentials.json` as a whole and alone, and proves first that it can be changed. */
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

/** A change that is certain to find room and permission. */
export interface PreparedChange {
  /** Applies `change` to what the file holds by then; answers what it held before. With null the file stays as it is. */
  commit(change: (entries: Entries) => Entries | null): Promise<Entries>
  abandon(): Promise<void>
}

export interface IndexChanges {
  /** Makes the directory and the one of its locks, and refuses what is not private. Throws `store_unwritable`. */
  prepareDir(): Promise<void>
  /** Keeps room for the index as it is and `spareBytes` more. Throws `store_unwritable`, `malformed_credentials`. */
  prepare(options: { spareBytes: number }): Promise<PreparedChange>
  /** A question to be asked again and again: whether the entries have come to be such. The file is read only when it is another one. */
  watch(haveBecome: (entries: Entries) => boolean): () => Promise<boolean>
  setAsideUnreadable(): Promise<string | null>
}

/** What tells one version of a file from the next: it is replaced as a whole, or rewritten in place by the original `osa`. */
function versionOf(path: string): string {
  try {
    const { ino, mtimeMs, size } = statSync(path)
    return `${ino} ${mtimeMs} ${size}`
  } catch (error) {
    if (isMissing(error)) return 'none'
    throw toStoreError(error, path)
  }
}

/** What may be done to an index. Nothing is created before something is prepared. */
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
    watch(haveBecome) {
      let [known, answer] = ['', false]
      return async () => {
        const version = versionOf(path)
        if (version !== known) [known, answer] = [version, haveBecome(await read())]
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
            // Read again: another process may have saved another server's login since.
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
