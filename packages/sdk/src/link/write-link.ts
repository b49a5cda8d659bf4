/** Writes and removes the link of a folder. Like link-file.ts, never writes outside the folder. */
import { mkdir, rename, rm, rmdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { prepareReplacement } from '../credentials/atomic-file.ts'
import { toStoreError } from '../credentials/private-file.ts'
import { fileTimestamp } from '../credentials/timestamp.ts'
import { isOsaError, OsaError } from '../errors.ts'
import { type LinkFields, linkPath, readFields, statOrNull } from './link-file.ts'

/** Renames an unreadable link file to a backup beside it, and returns the backup's path. */
async function setAside(folder: string, nowMs: number): Promise<string> {
  const path = linkPath(folder)
  const osaFolder = statOrNull(dirname(path))
  const broken = osaFolder?.isDirectory() ? path : dirname(path)
  const backup = `${broken}.bak-${fileTimestamp(nowMs)}`
  await rename(broken, backup)
  return backup
}

/**
 * Links a folder to a server, keeping the file's other keys and its indentation. A file that cannot be read is a `malformed_config`, unless
 * `force` is set: then it is renamed to `backup` and replaced. Also throws `store_unwritable`.
 */
export async function writeLink(options: {
  folder: string
  server: string
  now: () => number
  force?: boolean
}): Promise<{ path: string; backup: string | null }> {
  const { folder, server } = options
  const path = linkPath(folder)
  let backup: string | null = null
  let file: LinkFields | null = null
  try {
    file = readFields(folder)
  } catch (error) {
    if (!(error instanceof OsaError) || !options.force) throw error
    backup = await setAside(folder, options.now())
  }
  await save(path, { ...file?.fields, server }, file?.indent ?? '  ')
  return { path, backup }
}

async function save(path: string, fields: Record<string, unknown>, indent: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true })
    const replacement = await prepareReplacement(path, { bytes: 0, mode: 0o644 })
    await replacement.commit(`${JSON.stringify(fields, null, indent)}\n`)
  } catch (error) {
    throw toLinkError(error, path)
  }
}

function toLinkError(error: unknown, path: string): unknown {
  const failure = toStoreError(error, path)
  // Replaces the hint, which is about the folder of saved logins.
  if (!isOsaError(failure, 'store_unwritable')) return failure
  return new OsaError(failure.code, failure.message, { path, hint: 'Check who may write to the folder', cause: error })
}

/** Removes an empty link file, and its folder unless there are other files in it. */
async function removeFile(path: string): Promise<void> {
  try {
    await rm(path)
  } catch (error) {
    throw toLinkError(error, path)
  }
  try {
    await rmdir(dirname(path))
  } catch (error) {
    // The folder has other files or cannot be removed. Neither leaves a link.
    if (typeof (error as NodeJS.ErrnoException).code !== 'string') throw error
  }
}

/**
 * Removes `server` from a folder's link file, and the whole file if it has no other keys. Returns the server that it named; null if there was no
 * link. Throws `malformed_config`, `store_unwritable`.
 */
export async function removeLink(folder: string): Promise<string | null> {
  const file = readFields(folder)
  if (!file || !Object.hasOwn(file.fields, 'server')) return null
  const { server, ...rest } = file.fields
  if (Object.keys(rest).length > 0) await save(linkPath(folder), rest, file.indent)
  else await removeFile(linkPath(folder))
  return typeof server === 'string' ? server : ''
}
