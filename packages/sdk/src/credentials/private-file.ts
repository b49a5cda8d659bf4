/** Reads files that hold secrets, and refuses those that somebody else could have written or could be reading along. */
import { constants } from 'node:fs'
import { type FileHandle, lstat, open, realpath, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { OsaError } from '../errors.ts'

const maxFileBytes = 1024 * 1024
const isPosix = process.platform !== 'win32'

const refusal = (path: string, why: string, hint: string): OsaError =>
  new OsaError('store_unwritable', `${path} ${why}`, { path, hint })

/** Whether a failed file operation says that there is nothing at the path. */
export const isMissing = (error: unknown): boolean =>
  ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException)?.code ?? '')

const checkOwner = (path: string, uid: number): void => {
  if (!isPosix || uid === process.getuid?.()) return
  const owner = uid === 0 ? 'root' : `user ${uid}`
  throw refusal(path, `belongs to ${owner}`, `sudo chown "$(id -un)" ${path}`)
}

/** Where a write to `path` must go: symbolic links of the file are followed first, or a rename would replace the link. */
export const resolveTarget = async (path: string): Promise<string> => {
  try {
    return await realpath(path)
  } catch (error) {
    if (!isMissing(error)) throw error
    return path
  }
}

/** Refuses a directory that others own or may write to; what lies in it could be swapped at any time. */
export const checkPrivateDir = async (dir: string): Promise<void> => {
  const stats = await stat(dir)
  if (!stats.isDirectory()) throw refusal(dir, 'is not a folder', 'Move it away and try again')
  checkOwner(dir, stats.uid)
  if (isPosix && (stats.mode & 0o022) !== 0) {
    throw refusal(dir, `can be written by others (mode ${(stats.mode & 0o777).toString(8)})`, `chmod 700 ${dir}`)
  }
}

const tighten = async (path: string, handle: FileHandle, mode: number, warn: (text: string) => void): Promise<void> => {
  if ((mode & 0o022) !== 0) {
    throw refusal(path, `can be written by others (mode ${(mode & 0o777).toString(8)})`, `chmod 600 ${path}`)
  }
  if ((mode & 0o077) === 0) return
  try {
    await handle.chmod(0o600)
    warn(`${path} was readable by others (mode ${(mode & 0o777).toString(8)}); fixed to 600`)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EROFS') throw error
    warn(`${path} is readable by others (mode ${(mode & 0o777).toString(8)}) and cannot be changed here`)
  }
}

const readHandle = async (path: string, handle: FileHandle, warn: (text: string) => void): Promise<Buffer> => {
  const stats = await handle.stat()
  if (!stats.isFile()) throw refusal(path, 'is not a regular file', 'Move it away and try again')
  checkOwner(path, stats.uid)
  if (isPosix) await tighten(path, handle, stats.mode, warn)
  if (stats.size > maxFileBytes) throw refusal(path, 'is larger than 1 MiB', 'Move it away and try again')
  return await handle.readFile()
}

/**
 * The bytes of a private file, or null when there is none. Tightens a mode that lets others read, with a warning; throws
 * `store_unwritable` for a file (or its directory) that is not a regular one, not mine, or writable by others. Never blocks on a pipe.
 */
export const readPrivateFile = async (path: string, warn: (text: string) => void): Promise<Buffer | null> => {
  try {
    await lstat(path)
    await checkPrivateDir(dirname(path))
    const target = await realpath(path)
    if (!(await stat(target)).isFile()) throw refusal(path, 'is not a regular file', 'Move it away and try again')
    const handle = await open(target, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0))
    try {
      return await readHandle(path, handle, warn)
    } finally {
      await handle.close()
    }
  } catch (error) {
    if (isMissing(error)) return null
    throw toStoreError(error, path)
  }
}

/** A file system's no as an `OsaError` that names the path; anything else unchanged. */
export const toStoreError = (error: unknown, path: string): unknown => {
  const code = (error as NodeJS.ErrnoException)?.code
  if (error instanceof OsaError || typeof code !== 'string') return error
  const why =
    {
      EACCES: 'permission denied',
      EPERM: 'permission denied',
      EROFS: 'the disk is read-only',
      ENOSPC: 'the disk is full',
      EDQUOT: 'your quota is used up',
      ENOENT: 'it cannot be made',
    }[code] ?? code
  return new OsaError('store_unwritable', `Can't use ${path} (${why})`, {
    path,
    hint: 'Check the folder, or set OSA_CONFIG_DIR to one you can write to',
    cause: error,
  })
}
