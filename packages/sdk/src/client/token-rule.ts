/** Where a token may be sent if it is not stored by server: a project's file may name any server (K25). Isomorphic. */
import { OsaError } from '../errors.ts'
import { canonicalServerOrNull } from '../server-url.ts'

/** Returns the token if it is allowed in a header. Otherwise throws `token_malformed`, whose message does not repeat it. */
export function checkedToken(token: string, what: string): string {
  if (/^[\x21-\x7e]+$/.test(token)) return token
  throw new OsaError(
    'token_malformed',
    `${what} contains spaces, line breaks or other characters that a token can't have`,
    {
      hint: 'Set it again, without quotes or a line break at the end',
    },
  )
}

/** Returns the issuer that a JWT names. Its signature is not verified, so it may only be used to restrict where the token goes. */
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

/** Whether a token names this server as its issuer. Origin and path must match, since other paths of a host may be other people's servers. */
export function isIssuedBy(token: string, server: string): boolean {
  const issuer = issuerOf(token)
  return issuer !== null && canonicalServerOrNull(issuer) === canonicalServerOrNull(server)
}

/** Throws `token_wrong_server` if only a project's file names the server and the token does not name that server as its issuer. */
export function checkTokenGoesTo(
  token: string,
  { server, serverSource }: { server: string; serverSource: string },
): void {
  if (serverSource !== '.osa/config.json' || isIssuedBy(token, server)) return
  throw new OsaError(
    'token_wrong_server',
    `The token does not name ${server} (from ${serverSource}) as its issuer; not sending it`,
    { server, hint: `Name the archive yourself: in code, or with OSA_SERVER=${server}` },
  )
}
