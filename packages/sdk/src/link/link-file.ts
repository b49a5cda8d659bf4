/**
 * A folder's link file as it is: `.osa/config.json`. It comes with a repository, so anybody may have written it; nothing outside the
 * folder is read through it. Synchronously: a look at a file takes microseconds, and loading `node:fs/promises` more than a command's whole
 * search.
 */
import { closeSync, constants, lstatSync, openSync, readFileSync, type Stats } from 'node:fs'
import { dirname, join } from 'node:path'
import { isMissing } from '../credentials/private-file.ts'
import { OsaError } from '../errors.ts'
import { describeJsonProblem, parseJsonText } from '../json-text.ts'

export const linkPath = (folder: string): string => join(folder, '.osa', 'config.json')

/** What is at a path, links not followed; null when nothing is, or nothing that I may see. */
export function statOrNull(path: string): Stats | null {
  try {
    return lstatSync(path)
  } catch (error) {
    if (isMissing(error) || (error as NodeJS.ErrnoException).code === 'EACCES') return null
    throw error
  }
}

const maxLinkBytes = 64 * 1024

/** What is wrong with a link file. */
export const malformed = (path: string, why: string): OsaError =>
  new OsaError('malformed_config', `${path} ${why}`, {
    path,
    hint: 'Fix it, or run: osa link <url> --force   (keeps a copy)',
  })

/** What a link file holds, and how it is indented. */
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

/** The file's fields; null when there is no file. Refuses links, pipes and giants, which a hostile repository may hold. */
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
 * Whether a folder has a link: a file that names a `server`. One without is no link (other tools keep their settings there), for all who
 * ask; one that cannot be read may be a link, and those who read it are told what is wrong.
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
