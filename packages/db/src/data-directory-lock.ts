/**
 * Keeps a second process out of a data directory: two on one PGlite do not fail, they lose rows. SQLite, which comes with Node, holds the
 * operating system's own lock on a file, and that is gone with its process however it ends. Needs a file system with working locks.
 */
import { mkdir, open } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** The directory belongs to another process just now. */
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

/** What SQLite says of a lock that another connection holds. */
const sqliteBusy = 5

/**
 * Takes the directory, making it (0700) if need be; one that is already there keeps its mode, it may hold other things too. Rejects with
 * `DataDirectoryInUse` at once when another process, or another caller in this one, has it.
 */
export async function lockDataDirectory(dataDirectory: string): Promise<{ release(): void }> {
  await mkdir(dataDirectory, { recursive: true, mode: 0o700 })
  const path = join(dataDirectory, 'lock')
  // made by us rather than by SQLite, so that nobody else may open it and hold up a start
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
