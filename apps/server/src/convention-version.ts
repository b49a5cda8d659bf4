/** Reads the requested version of a convention. Shared by v1 and the pages. */
import type { Context } from 'hono'

/** Returns the number in `?version=`; undefined if it is missing, null if it is not a version number. */
export function askedVersion(c: Context): number | undefined | null {
  const asked = c.req.query('version')
  if (asked === undefined) return undefined
  return /^[1-9]\d{0,9}$/.test(asked) ? Number(asked) : null
}
