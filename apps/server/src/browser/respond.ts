/** The two ways a page's request ends: a page, or a redirect that is followed with GET (RFC 9700 §4.12). */
import { randomBytes } from 'node:crypto'
import type { HtmlEscapedString } from 'hono/utils/html'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { BrowserDependencies, PageContext } from './dependencies.ts'
import { layout } from './pages/layout.ts'
import { securityHeaders } from './security-headers.ts'

export type Html = HtmlEscapedString | Promise<HtmlEscapedString>

/** A page before it is dressed. */
export interface Page {
  /** What the page is in this state; the node's name is added. */
  readonly title: string
  readonly content: Html
  readonly status?: ContentfulStatusCode
  readonly headers?: Readonly<Record<string, string>>
}

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

/** 303, never 307 or 308: those would send a form's body on to the next address. `to` is made by the node, never by a request. */
export function seeOther(c: PageContext, { publicUrl }: BrowserDependencies, to: string | URL): Response {
  for (const [name, value] of Object.entries(securityHeaders({ publicUrl, nonce: null, formOrigins: [] }))) {
    c.header(name, value)
  }
  return c.redirect(String(to), 303)
}
