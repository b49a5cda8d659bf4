/** Checks that a PostgreSQL URL is unambiguous. Unencoded characters in a password shift the boundaries of the other parts. */

/** Lists the characters that delimit the parts of a URL, and the percent sign itself. */
export const databaseUrlHint =
  'must look like postgres://user:password@host:5432/database, or postgres:///database?host=/folder/of/socket&user=user; in user and password write % as %25, / as %2F, ? as %3F, # as %23, @ as %40 and : as %3A'

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text)
    return true
  } catch {
    return false // malformed percent-encoding is what this function tests for
  }
}

/**
 * Detects URLs such as `postgres://user:p@ss/word@host/database`, where the parser sees the host `ss`: parts of the password would be
 * looked up as a host name and shown in messages.
 */
const isTornApart = ({ pathname, hash, searchParams }: URL): boolean =>
  hash !== '' || /[@:/]/.test(pathname.slice(1)) || [...searchParams.keys()].some((key) => !/^[\w.-]+$/.test(key))

export function isDatabaseUrl(text: string): boolean {
  const url = URL.parse(text)
  if (url === null || !/^postgres(ql)?:$/.test(url.protocol) || isTornApart(url)) return false
  const { username, password, host, pathname, search } = url
  return [username, password, host, pathname, search].every(isDecodable)
}
