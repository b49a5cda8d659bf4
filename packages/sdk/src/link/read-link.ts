/** Reads the server that a folder's link file names. */
import { OsaError } from '../errors.ts'
import { canonicalServer } from '../server-url.ts'
import { linkPath, malformed, readFields } from './link-file.ts'

function serverOf(fields: Record<string, unknown>, path: string, allowHttp: boolean): string | null {
  if (!Object.hasOwn(fields, 'server')) return null
  const { server } = fields
  if (typeof server !== 'string' || !server.includes('://'))
    throw malformed(path, 'is not a link: "server" is missing or not a URL')
  try {
    return canonicalServer(server, { allowHttp })
  } catch (error) {
    if (error instanceof OsaError && error.code === 'insecure_http') throw error
    throw Object.assign(malformed(path, 'is not a link: "server" is missing or not a URL'), { cause: error })
  }
}

/** Returns the server that a folder's link names; null if the folder has no link file, or one without `server`. Throws `malformed_config`. */
export async function readLink(folder: string, options: { allowHttp?: boolean } = {}): Promise<string | null> {
  const file = readFields(folder)
  return file && serverOf(file.fields, linkPath(folder), options.allowHttp ?? false)
}
