/**
 * Reads files with secrets, and refuses those that another user can read or could have written. Uses synchronous calls for the reason given in
 * link-file.ts.
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

/** Whether a file operation failed because there is nothing at the path. */
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
    // In a folder that only root can read, nothing is visible: the caller then looks at the folder itself.
    return null
  }
}

/** If access was denied because another user owns the path, throws an error that says so. `sudo osa login` leaves such files and folders. */
function checkWhoseItIs(error: unknown, path: string): void {
  if (!['EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException)?.code ?? '')) return
  const seen = statIfSeen(path) ? path : dirname(path)
  const stats = statIfSeen(seen)
  if (stats) checkOwner(seen, { uid: stats.uid, isFolder: stats.isDirectory() })
}

/** Returns the file that a write to `path` must replace. Follows symbolic links, since a rename would otherwise replace the link. */
export function resolveTarget(path: string): string {
  try {
    return realpathSync.native(path)
  } catch (error) {
    if (!isMissing(error)) throw error
    return path
  }
}

/** Refuses a directory that another user owns or can write to, because files in it could be replaced at any time. */
export function checkPrivateDir(dir: string): void {
  const stats = statSync(dir)
  if (!stats.isDirectory()) throw refusal(dir, 'is not a folder', 'Move it away and try again')
  checkOwner(dir, { uid: stats.uid, isFolder: true })
  if (isPosix && (stats.mode & 0o022) !== 0) {
    throw refusal(dir, `can be written by others (mode ${(stats.mode & 0o777).toString(8)})`, `chmod 700 ${dir}`)
  }
}

/** Refuses a parent that is not a folder, that another user owns, or that everyone can write to. `/tmp` is allowed, because of its sticky bit. */
export function checkParentDir(dir: string): void {
  const stats = statSync(dir)
  // Users that run services often have /dev/null as their home, which everyone can write to and must be able to.
  if (!stats.isDirectory()) throw refusal(dir, 'is not a folder', 'Set OSA_CONFIG_DIR to a folder of your own')
  const { uid, mode } = stats
  if (!isPosix) return
  // Root may work in another user's home: under `sudo`, or in a container whose home is a mounted volume.
  if (uid !== 0 && process.getuid?.() !== 0) checkOwner(dir, { uid, isFolder: true })
  if ((mode & 0o1002) === 0o002) {
    throw refusal(dir, `can be written by everybody (mode ${(mode & 0o777).toString(8)})`, `chmod o-w ${dir}`)
  }
}

/** Refuses a link into a folder where others could replace the file. A link into another folder of this user (dotfiles) is allowed. */
function checkTargetDir(path: string, target: string): void {
  const dir = dirname(target)
  const { uid, mode } = statSync(dir)
  if (!isPosix || ([0, process.getuid?.()].includes(uid) && (mode & 0o022) === 0)) return
  throw refusal(path, `is a link into ${dir}, where others may write`, 'Keep it in a folder that only you can write to')
}

/** An open file and its path. */
interface OpenFile {
  path: string
  descriptor: number
}

function tighten({ path, descriptor }: OpenFile, mode: number, warn: (text: string) => void): void {
  if ((mode & 0o022) !== 0) {
    throw refusal(path, `can be written by others (mode ${(mode & 0o777).toString(8)})`, `chmod 600 ${path}`)
  }
  if ((mode & 0o077) === 0) return
  const octal = (mode & 0o777).toString(8)
  if (makePrivate(descriptor)) warn(`${path} was readable by others (mode ${octal}); fixed to 600`)
  else warn(`${path} is readable by others (mode ${octal}) and cannot be changed here`)
}

/** Sets mode 600. Returns whether that took effect: file systems that store no modes accept the call and ignore it. */
function makePrivate(descriptor: number): boolean {
  try {
    fchmodSync(descriptor, 0o600)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EROFS') throw error
  }
  return (fstatSync(descriptor).mode & 0o077) === 0
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
 * Returns the bytes of a private file, or null if there is none. If others can read the file, changes its mode and warns. Throws
 * `store_unwritable` if it is not a regular file, or if it or its directory belongs to another user or is writable by others. Never blocks on
 * a pipe.
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

/** Like `toStoreError`, but if access was denied because another user owns the path, the error names that user. */
export function explainStoreError(error: unknown, path: string): unknown {
  try {
    checkWhoseItIs(error, path)
  } catch (refused) {
    return refused
  }
  return toStoreError(error, path)
}

/** Turns a file system error into an `OsaError` that names the path. Returns any other error unchanged. */
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
      ENOENT: 'it cannot be created',
    }[code] ?? code
  return new OsaError('store_unwritable', `Can't use ${path} (${why})`, {
    path,
    hint: 'Check the folder, or set OSA_CONFIG_DIR to one you can write to',
    cause: error,
  })
}
