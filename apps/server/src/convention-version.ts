/** Which version of a convention a request asks for. Shared by v1 and the pages. */
import type { Context } from 'hono'

/** The number in `?version=`; undefined when there is none, null when it can be no version. */
export function askedVersion(c: Context): number | undefined | null {
  const asked = c.req.query('version')
  if (asked === undefined) return undefined
  return /^[1-9]\d{0,9}$/.test(asked) ? Number(asked) : null
}
