/**
 * The link of a folder to a server: `.osa/config.json`. It comes with a repository, so anybody may have written it: only `server` is
 * read from it, and nothing outside the folder is read through it.
 */
import { closeSync, constants, openSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { OsaError } from '../errors.ts'
import { canonicalServer } from '../server-url.ts'
import { describeJsonProblem, parseJsonText } from '../wire/json-text.ts'
import { linkPath, statOrNull } from './find-link.ts'

const maxLinkBytes = 64 * 1024

const malformed = (path: string, why: string): OsaError =>
  new OsaError('malformed_config', `${path} ${why}`, {
    path,
    hint: 'Fix it, or run: osa link <url> --force   (keeps a copy)',
  })

/** What a link file holds, and how it is indented. */
export interface LinkFields {
  fields: Record<string, unknown>
  indent: string
}

const readText = (path: string): string => {
  const descriptor = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0))
  try {
    return readFileSync(descriptor, 'utf8')
  } finally {
    closeSync(descriptor)
  }
}

/** The file's fields; null when there is no file. Refuses links, pipes and giants, which a hostile repository may hold. */
export const readFields = (folder: string): LinkFields | null => {
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

const serverOf = (fields: Record<string, unknown>, path: string, allowHttp: boolean): string | null => {
  if (!Object.hasOwn(fields, 'server')) return null
  const { server } = fields
  if (typeof server !== 'string' || !server.includes('://'))
    throw malformed(path, 'is no link: "server" is missing or not a URL')
  try {
    return canonicalServer(server, { allowHttp })
  } catch (error) {
    if (error instanceof OsaError && error.code === 'insecure_http') throw error
    throw Object.assign(malformed(path, 'is no link: "server" is missing or not a URL'), { cause: error })
  }
}

/** The server that a folder's link names; null when the folder has no link file or one without `server`. Throws `malformed_config`. */
export const readLink = async (folder: string, options: { allowHttp?: boolean } = {}): Promise<string | null> => {
  const file = readFields(folder)
  return file && serverOf(file.fields, linkPath(folder), options.allowHttp ?? false)
}
