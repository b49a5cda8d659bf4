/** Replaces files atomically: readers see the old text or the new one, and a crash leaves one of the two. */
import { constants } from 'node:fs'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { toStoreError } from './private-file.ts'
import { randomHex } from './random-hex.ts'

/** Reserved space for the next version of a file. With it, saving cannot fail for lack of space or permission. */
export interface Replacement {
  /** Replaces the file's content with `text` and flushes it to disk. */
  commit(text: string): Promise<void>
  /** Gives the space up. Does nothing after a commit. */
  abandon(): Promise<void>
}

const temporaryName = (path: string): string =>
  join(dirname(path), `.${basename(path)}.${process.pid}.${randomHex(6)}.tmp`)

async function flushDir(dir: string): Promise<void> {
  try {
    const handle = await open(dir, constants.O_RDONLY)
    await handle.sync().finally(() => handle.close())
  } catch {
    // Not every system can flush a directory (Windows cannot); the rename itself has already happened.
  }
}

/** Retries, because Windows refuses to rename over a file that a virus scanner holds open for a moment. */
async function renameOver(from: string, to: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await rename(from, to)
    } catch (error) {
      const isHeldOpen = ['EPERM', 'EBUSY', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')
      if (process.platform !== 'win32' || !isHeldOpen || attempt === 10) throw error
      await delay(50)
    }
  }
}

/** Overwrites the reserved bytes; truncating them first would free their space. Loops, since a nearly full disk may write less than requested. */
async function writeAll(handle: FileHandle, text: string): Promise<void> {
  const bytes = Buffer.from(text)
  for (let written = 0; written < bytes.length; ) {
    written += (await handle.write(bytes, written, bytes.length - written, written)).bytesWritten
  }
  await handle.truncate(bytes.length)
  await handle.sync()
}

/**
 * Creates a replacement for `path` beside it (mode 0600 under any umask, unless `mode` says otherwise) and fills it with `bytes` zero bytes to
 * reserve the space. Throws `store_unwritable` if that fails. `path` must not be a symbolic link.
 */
export async function prepareReplacement(
  path: string,
  options: { bytes: number; mode?: number },
): Promise<Replacement> {
  const temporary = temporaryName(path)
  let handle: FileHandle | null = null
  const abandon = async (): Promise<void> => {
    await handle?.close()
    handle = null
    await rm(temporary, { force: true })
  }
  try {
    handle = await open(temporary, 'wx', options.mode ?? 0o600)
    await handle.chmod(options.mode ?? 0o600)
    await handle.writeFile(Buffer.alloc(options.bytes))
    await handle.sync()
  } catch (error) {
    await abandon()
    throw toStoreError(error, path)
  }
  return {
    abandon,
    async commit(text) {
      try {
        if (!handle) throw new Error('The replacement is already used up')
        await writeAll(handle, text)
        await handle.close()
        handle = null
        await renameOver(temporary, path)
      } catch (error) {
        await abandon()
        throw toStoreError(error, path)
      }
      await flushDir(dirname(path))
    },
  }
}
