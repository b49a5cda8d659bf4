/** The two answers of the page routes: a page, or a redirect that is followed with GET (RFC 9700 §4.12). */
import { randomBytes } from 'node:crypto'
import type { HtmlEscapedString } from 'hono/utils/html'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { BrowserDependencies, PageContext } from './dependencies.ts'
import { layout } from './pages/layout.ts'
import { securityHeaders } from './security-headers.ts'

export type Html = HtmlEscapedString | Promise<HtmlEscapedString>

/** A page without its frame and headers. */
export interface Page {
  /** The title for this state of the page; the node's name is appended. */
  readonly title: string
  readonly content: Html
  readonly status?: ContentfulStatusCode
  readonly headers?: Readonly<Record<string, string>>
}

/** Answers with a page in the frame of the node, with a new nonce and all security headers. */
/** Answers with a page in the frame of the node, with a new nonce and all security headers. */
export async function showPage(
  c: PageContext,
  { auth, publicUrl, profile }: BrowserDependencies,
  { title, content, status = 200, headers = {} }: Page,
): Promise<Response> {
  const nonce = randomBytes(16).toString('base64')
  const formOrigins = auth.identityProviders.flatMap((provider) => provider.origins())
  const page = await layout({ title, content, nonce, profile })
  return c.html(page, status, { ...securityHeaders({ publicUrl, nonce, formOrigins }), ...headers })
}

/** Redirects with 303, since 307 and 308 would send the body of a form to the next address. `to` never comes from a request. */
export function seeOther(c: PageContext, { publicUrl }: BrowserDependencies, to: string | URL): Response {
  for (const [name, value] of Object.entries(securityHeaders({ publicUrl, nonce: null, formOrigins: [] }))) {
    c.header(name, value)
  }
  return c.redirect(String(to), 303)
}
