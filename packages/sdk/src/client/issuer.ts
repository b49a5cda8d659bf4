/** Whether a server is the one that its document says it is. */
import type { ServerDocument } from '@osa/contract'
import { OsaError } from '../errors.ts'
import { canonicalServerOrNull } from '../server-url.ts'

/** Where a node introduces itself. */
export const serverDocumentPath = '/.well-known/osa'

/** Whether a document names this very server as its issuer (RFC 8414 §3.3): only then is it believed. */
export const isIssuer = ({ issuer }: ServerDocument, server: string): boolean =>
  canonicalServerOrNull(issuer) === server

/** Throws `not_an_osa_server` for a document that another server has issued. */
export function checkIssuer(document: ServerDocument, server: string): void {
  if (isIssuer(document, server)) return
  const named = canonicalServerOrNull(document.issuer) ?? 'something else'
  throw new OsaError('not_an_osa_server', `${server} calls itself ${named}`, {
    server,
    hint: 'Use the address the archive gives for itself, or tell its administrator',
  })
}
