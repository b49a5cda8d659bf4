/**
 * Keeps a second process out of a data directory: two processes on one PGlite do not fail, they lose rows. The lock is an operating
 * system lock on a file, held through Node's SQLite; it ends with its process, however that ends. Needs a file system with working locks.
 */
import { mkdir, open } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** Another process is using the directory. */
export class DataDirectoryInUse extends Error {
  override readonly name = 'DataDirectoryInUse'
  readonly dataDirectory: string
  constructor(dataDirectory: string) {
    super(
      `The data directory ${dataDirectory} is in use by another node. Stop that one first, or give this one a directory of its own (OSA_DATA_DIR).`,
    )
    this.dataDirectory = dataDirectory
  }
}

/** SQLite's error code for a lock that another connection holds. */
const sqliteBusy = 5

/**
 * Locks the directory, creating it with mode 0700 if it does not exist. An existing directory keeps its mode, because it may hold other
 * files. Rejects at once with `DataDirectoryInUse` when another process, or another caller in this process, holds the lock.
 */
export async function lockDataDirectory(dataDirectory: string): Promise<{ release(): void }> {
  await mkdir(dataDirectory, { recursive: true, mode: 0o700 })
  const path = join(dataDirectory, 'lock')
  // created here rather than by SQLite, so that other users cannot open it and block a start
  await (await open(path, 'a', 0o600)).close()
  const lock = new DatabaseSync(path, { timeout: 0 })
  try {
    lock.exec('begin exclusive')
  } catch (error) {
    lock.close()
    throw (error as { errcode?: number }).errcode === sqliteBusy ? new DataDirectoryInUse(dataDirectory) : error
  }
  return { release: () => lock.close() }
}
