/**
 * Reads files that hold secrets, and refuses those that somebody else could have written or could be reading along. Synchronously, as
 * link-file.ts does and for its reason.
 */
import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  lstatSync,
  openSync,
  readFileSync,
  realpathSync,
  type Stats,
  statSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { OsaError } from '../errors.ts'

const maxFileBytes = 1024 * 1024
const isPosix = process.platform !== 'win32'

const refusal = (path: string, why: string, hint: string): OsaError =>
  new OsaError('store_unwritable', `${path} ${why}`, { path, hint })

/** Whether a failed file operation says that there is nothing at the path. */
export const isMissing = (error: unknown): boolean =>
  ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException)?.code ?? '')

function checkOwner(path: string, { uid, isFolder }: { uid: number; isFolder: boolean }): void {
  const me = process.getuid?.()
  if (!isPosix || uid === me) return
  const owner = uid === 0 ? 'root' : `user ${uid}`
  const chown = `sudo chown ${isFolder ? '-R ' : ''}"$(id -un)" ${path}`
  throw refusal(path, `belongs to ${owner}`, me === 0 ? `Run osa without sudo, or: ${chown}` : chown)
}

function statIfSeen(path: string): Stats | null {
  try {
    return statSync(path)
  } catch {
    // In a folder of root's alone nothing can be seen: then the folder itself tells.
    return null
  }
}

/** Refuses what is not mine, if `error` says that I may not use it: `sudo osa login` leaves such files and folders. */
function checkWhoseItIs(error: unknown, path: string): void {
  if (!['EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException)?.code ?? '')) return
  const seen = statIfSeen(path) ? path : dirname(path)
  const stats = statIfSeen(seen)
  if (stats) checkOwner(seen, { uid: stats.uid, isFolder: stats.isDirectory() })
}

/** Where a write to `path` must go: symbolic links of the file are followed first, or a rename would replace the link. */
export function resolveTarget(path: string): string {
  try {
    return realpathSync.native(path)
  } catch (error) {
    if (!isMissing(error)) throw error
    return path
  }
}

/** Refuses a directory that others own or may write to; what lies in it could be swapped at any time. */
export function checkPrivateDir(dir: string): void {
  const stats = statSync(dir)
  if (!stats.isDirectory()) throw refusal(dir, 'is not a folder', 'Move it away and try again')
  checkOwner(dir, { uid: stats.uid, isFolder: true })
  if (isPosix && (stats.mode & 0o022) !== 0) {
    throw refusal(dir, `can be written by others (mode ${(stats.mode & 0o777).toString(8)})`, `chmod 700 ${dir}`)
  }
}

/** Refuses to make a folder in one that is another person's, or that everybody may write to: `/tmp` is neither, as its sticky bit says. */
export function checkParentDir(dir: string): void {
  const { uid, mode } = statSync(dir)
  if (!isPosix) return
  // Root works in other people's homes: `sudo`, and containers whose home is a volume of somebody's.
  if (uid !== 0 && process.getuid?.() !== 0) checkOwner(dir, { uid, isFolder: true })
  if ((mode & 0o1002) === 0o002) {
    throw refusal(dir, `can be written by everybody (mode ${(mode & 0o777).toString(8)})`, `chmod o-w ${dir}`)
  }
}

/** A link may lead into another folder of mine (dotfiles), not to where others could swap the file. */
function checkTargetDir(path: string, target: string): void {
  const dir = dirname(target)
  const { uid, mode } = statSync(dir)
  if (!isPosix || ([0, process.getuid?.()].includes(uid) && (mode & 0o022) === 0)) return
  throw refusal(path, `is a link into ${dir}, where others may write`, 'Keep it in a folder that only you can write to')
}

/** A file that has been opened, and where. */
interface OpenFile {
  path: string
  descriptor: number
}

function tighten({ path, descriptor }: OpenFile, mode: number, warn: (text: string) => void): void {
  if ((mode & 0o022) !== 0) {
    throw refusal(path, `can be written by others (mode ${(mode & 0o777).toString(8)})`, `chmod 600 ${path}`)
  }
  if ((mode & 0o077) === 0) return
  try {
    fchmodSync(descriptor, 0o600)
    warn(`${path} was readable by others (mode ${(mode & 0o777).toString(8)}); fixed to 600`)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EROFS') throw error
    warn(`${path} is readable by others (mode ${(mode & 0o777).toString(8)}) and cannot be changed here`)
  }
}

function readOpenFile(file: OpenFile, warn: (text: string) => void): Buffer {
  const { path, descriptor } = file
  const stats = fstatSync(descriptor)
  if (!stats.isFile()) throw refusal(path, 'is not a regular file', 'Move it away and try again')
  checkOwner(path, { uid: stats.uid, isFolder: false })
  if (isPosix) tighten(file, stats.mode, warn)
  if (stats.size > maxFileBytes) throw refusal(path, 'is larger than 1 MiB', 'Move it away and try again')
  return readFileSync(descriptor)
}

/**
 * The bytes of a private file, or null when there is none. Tightens a mode that lets others read, with a warning; throws
 * `store_unwritable` for a file (or its directory) that is not a regular one, not mine, or writable by others. Never blocks on a pipe.
 */
export function readPrivateFile(path: string, warn: (text: string) => void): Buffer | null {
  try {
    const isLink = lstatSync(path).isSymbolicLink()
    checkPrivateDir(dirname(path))
    const target = realpathSync.native(path)
    if (isLink) checkTargetDir(path, target)
    if (!statSync(target).isFile()) throw refusal(path, 'is not a regular file', 'Move it away and try again')
    const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)
    const descriptor = openSync(target, flags)
    try {
      return readOpenFile({ path, descriptor }, warn)
    } finally {
      closeSync(descriptor)
    }
  } catch (error) {
    if (isMissing(error)) return null
    throw explainStoreError(error, path)
  }
}

/** As `toStoreError`, and names the owner of what is denied because it belongs to somebody else. */
export function explainStoreError(error: unknown, path: string): unknown {
  try {
    checkWhoseItIs(error, path)
  } catch (refused) {
    return refused
  }
  return toStoreError(error, path)
}

/** A file system's no as an `OsaError` that names the path; anything else unchanged. */
export function toStoreError(error: unknown, path: string): unknown {
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
