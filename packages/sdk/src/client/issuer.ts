/** Checks that a server's document was issued by that server. */
import type { ServerDocument } from '@osa/contract'
import { OsaError } from '../errors.ts'
import { canonicalServerOrNull } from '../server-url.ts'

/** The path of a node's document about itself. */
export const serverDocumentPath = '/.well-known/osa'

/** Whether a document names this server as its issuer. If not, the document must not be used (RFC 8414 §3.3). */
export const isIssuer = ({ issuer }: ServerDocument, server: string): boolean =>
  canonicalServerOrNull(issuer) === server

/** Throws `not_an_osa_server` if the document names another server as its issuer. */
export function checkIssuer(document: ServerDocument, server: string): void {
  if (isIssuer(document, server)) return
  const named = canonicalServerOrNull(document.issuer) ?? 'something else'
  throw new OsaError('not_an_osa_server', `${server} calls itself ${named}`, {
    server,
    hint: 'Use the address that the archive gives for itself, or tell its administrator',
  })
}
