/**
 * The link of a folder to a server: `.osa/config.json`. It comes with a repository, so anybody may have written it: only `server` is
 * read from it, and nothing outside the folder is read or written through it.
 */
import { constants } from 'node:fs'
import { mkdir, open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { prepareReplacement } from '../credentials/atomic-file.ts'
import { toStoreError } from '../credentials/private-file.ts'
import { fileTimestamp } from '../credentials/timestamp.ts'
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

/** The file's fields; null when there is no file. Refuses links, pipes and giants, which a hostile repository may hold. */
const readFields = async (folder: string): Promise<{ fields: Record<string, unknown>; indent: string } | null> => {
  const path = linkPath(folder)
  if ((await statOrNull(dirname(path)))?.isSymbolicLink()) throw malformed(dirname(path), 'is a symbolic link')
  const stats = await statOrNull(path)
  if (!stats) return null
  if (!stats.isFile()) throw malformed(path, stats.isSymbolicLink() ? 'is a symbolic link' : 'is not a regular file')
  if (stats.size > maxLinkBytes) throw malformed(path, 'is larger than 64 KiB')
  const handle = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0))
  const text = await handle.readFile('utf8').finally(() => handle.close())
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
  const file = await readFields(folder)
  return file && serverOf(file.fields, linkPath(folder), options.allowHttp ?? false)
}

/** Keeps an unreadable link file beside itself and answers its new path. */
const setAside = async (folder: string, nowMs: number): Promise<string> => {
  const path = linkPath(folder)
  const osaFolder = await statOrNull(dirname(path))
  const broken = osaFolder?.isDirectory() ? path : dirname(path)
  const backup = `${broken}.bak-${fileTimestamp(nowMs)}`
  await rename(broken, backup)
  return backup
}

/**
 * Links a folder, keeping other keys and the indentation. With `force`, a file that cannot be read is kept as `backup` and replaced. Throws
 * `malformed_config` without it, and `store_unwritable`.
 */
export const writeLink = async (options: {
  folder: string
  server: string
  now: () => number
  force?: boolean
}): Promise<{ path: string; backup: string | null }> => {
  const { folder, server } = options
  const path = linkPath(folder)
  let backup: string | null = null
  let file: Awaited<ReturnType<typeof readFields>> = null
  try {
    file = await readFields(folder)
  } catch (error) {
    if (!(error instanceof OsaError) || !options.force) throw error
    backup = await setAside(folder, options.now())
  }
  await save(path, { ...file?.fields, server }, file?.indent ?? '  ')
  return { path, backup }
}

const save = async (path: string, fields: Record<string, unknown>, indent: string): Promise<void> => {
  try {
    await mkdir(dirname(path), { recursive: true })
    const replacement = await prepareReplacement(path, { bytes: 0, mode: 0o644 })
    await replacement.commit(`${JSON.stringify(fields, null, indent)}\n`)
  } catch (error) {
    throw toStoreError(error, path)
  }
}

/** Takes `server` out of a folder's link file, other keys stay. Answers the server it named, null when there was none. */
export const removeLink = async (folder: string): Promise<string | null> => {
  const file = await readFields(folder)
  if (!file || !Object.hasOwn(file.fields, 'server')) return null
  const { server, ...rest } = file.fields
  await save(linkPath(folder), rest, file.indent)
  return typeof server === 'string' ? server : ''
}
