/** Where a token may go that is not kept by server: a project's file may name any server (K25). Isomorphic. */
import { OsaError } from '../errors.ts'
import { canonicalServerOrNull } from '../server-url.ts'

/** The token, if it can stand in a header. Throws `token_malformed`, never repeating it. */
export function checkedToken(token: string, what: string): string {
  if (/^[\x21-\x7e]+$/.test(token)) return token
  throw new OsaError('token_malformed', `${what} contains spaces, line breaks or other characters no token has`, {
    hint: 'Set it again, without quotes or a line break at the end',
  })
}

/** The issuer that a JWT names, unchecked: it may only narrow where the token goes. */
function issuerOf(token: string): string | null {
  try {
    const payload = (token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/')
    const claims = JSON.parse(atob(payload)) as { iss?: unknown } | null
    return typeof claims?.iss === 'string' ? claims.iss : null
  } catch {
    // An opaque token names no issuer.
    return null
  }
}

/** Whether a token says of itself that this server issued it: its origin and its path, below which other people may run other servers. */
export function isIssuedBy(token: string, server: string): boolean {
  const issuer = issuerOf(token)
  return issuer !== null && canonicalServerOrNull(issuer) === canonicalServerOrNull(server)
}

/** Throws `token_wrong_server` for a token that a server named by nobody but a project's file did not issue. */
export function checkTokenGoesTo(
  token: string,
  { server, serverSource }: { server: string; serverSource: string },
): void {
  if (serverSource !== '.osa/config.json' || isIssuedBy(token, server)) return
  throw new OsaError(
    'token_wrong_server',
    `Nothing says that the token is for ${server} (from ${serverSource}); not sending it`,
    { server, hint: `Name the archive yourself: in code, or with OSA_SERVER=${server}` },
  )
}
