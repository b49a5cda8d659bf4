/** Whether an address of PostgreSQL can be read in one way only: a password with unencoded characters moves its parts about. */

/** The characters that end a part of an address, and the percent sign itself. */
export const databaseUrlHint =
  'must look like postgres://user:password@host:5432/database, or postgres:///database?host=/folder/of/socket&user=user; in user and password write % as %25, / as %2F, ? as %3F, # as %23, @ as %40 and : as %3A'

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text)
    return true
  } catch {
    return false // that it cannot be decoded is the answer
  }
}

/** Such as `postgres://user:p@ss/word@host/database`, of which a parser makes the host `ss`: what follows would be shown and looked up. */
const isTornApart = ({ pathname, hash, searchParams }: URL): boolean =>
  hash !== '' || /[@:/]/.test(pathname.slice(1)) || [...searchParams.keys()].some((key) => !/^[\w.-]+$/.test(key))

export function isDatabaseUrl(text: string): boolean {
  const url = URL.parse(text)
  if (url === null || !/^postgres(ql)?:$/.test(url.protocol) || isTornApart(url)) return false
  const { username, password, host, pathname, search } = url
  return [username, password, host, pathname, search].every(isDecodable)
}
