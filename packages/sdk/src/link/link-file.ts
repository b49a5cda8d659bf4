/**
 * Reads a folder's link file, `.osa/config.json`. It may come with a repository, so its content is untrusted, and nothing outside the folder
 * is read through it. Uses synchronous calls: they take microseconds, while loading `node:fs/promises` takes longer than a whole search.
 */
import { closeSync, constants, lstatSync, openSync, readFileSync, type Stats } from 'node:fs'
import { dirname, join } from 'node:path'
import { isMissing } from '../credentials/private-file.ts'
import { OsaError } from '../errors.ts'
import { describeJsonProblem, parseJsonText } from '../json-text.ts'

export const linkPath = (folder: string): string => join(folder, '.osa', 'config.json')

/** Returns what is at a path, without following links; null if there is nothing, or if this user may not see it. */
export function statOrNull(path: string): Stats | null {
  try {
    return lstatSync(path)
  } catch (error) {
    if (isMissing(error) || (error as NodeJS.ErrnoException).code === 'EACCES') return null
    throw error
  }
}

const maxLinkBytes = 64 * 1024

/** Creates the error for a bad link file. `why` completes the sentence that its path starts. */
export const malformed = (path: string, why: string): OsaError =>
  new OsaError('malformed_config', `${path} ${why}`, {
    path,
    hint: 'Fix it, or run: osa link <url> --force   (keeps a copy)',
  })

/** The fields of a link file, and its indentation. */
export interface LinkFields {
  fields: Record<string, unknown>
  indent: string
}

function readText(path: string): string {
  try {
    const descriptor = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0))
    try {
      return readFileSync(descriptor, 'utf8')
    } finally {
      closeSync(descriptor)
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === undefined) throw error
    throw malformed(path, `can't be read (${code})`)
  }
}

/**
 * Returns the file's fields; null if there is no file. Throws `malformed_config`, also for symbolic links, pipes and files over 64 KiB, which
 * a hostile repository may contain.
 */
export function readFields(folder: string): LinkFields | null {
  const path = linkPath(folder)
  const osaFolder = statOrNull(dirname(path))
  if (osaFolder?.isSymbolicLink()) throw malformed(dirname(path), 'is a symbolic link')
  if (osaFolder && !osaFolder.isDirectory()) throw malformed(dirname(path), 'is not a folder')
  const stats = statOrNull(path)
  if (!stats) return null
  if (!stats.isFile()) throw malformed(path, stats.isSymbolicLink() ? 'is a symbolic link' : 'is not a regular file')
  if (stats.size > maxLinkBytes) throw malformed(path, 'is larger than 64 KiB')
  const text = readText(path)
  const parsed = parseJsonText(text)
  if ('problem' in parsed) throw malformed(path, `is not valid JSON (${describeJsonProblem(parsed.problem)})`)
  const { value } = parsed
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw malformed(path, 'is not a JSON object')
  return { fields: value as Record<string, unknown>, indent: /^([ \t]+)"/m.exec(text)?.[1] ?? '  ' }
}

/**
 * Whether a folder has a link: a file with a `server`. Without one it is not a link, since other tools keep their settings in this file too. A
 * file that cannot be read counts as a link; reading it then reports what is wrong.
 */
export function hasLink(folder: string): boolean {
  if (!statOrNull(linkPath(folder))) return false
  try {
    const file = readFields(folder)
    return file !== null && Object.hasOwn(file.fields, 'server')
  } catch (error) {
    if (error instanceof OsaError) return true
    throw error
  }
}
