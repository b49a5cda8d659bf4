/**
 * Pages work only at the public URL: forms are checked against it and cookies belong to its host. A browser that opens a page at another name
 * of the node, such as 127.0.0.1 instead of localhost, is redirected before the person types anything.
 */
import { getCookie, setCookie } from 'hono/cookie'
import { createMiddleware } from 'hono/factory'
import type { NodeEnv } from '../requester.ts'
import { isForwarded } from './at-this-machine.ts'
import type { BrowserDependencies, PageContext } from './dependencies.ts'
import { seeOther } from './respond.ts'

/** Marks a redirected browser. The cookie comes back only if a proxy rewrites Host, so that a further redirect would loop forever. */
const movedCookie = 'osa_moved'
const movedSeconds = 10
/** The query parameters that pages read. Others are dropped from the redirect, since they may be misplaced secrets. */
const carried = ['user_code', 'flow', 'version']

/** Redirects GET and HEAD from any other host to the same path at the public URL, unless the request came through a proxy. */
export const atPublicAddress = (deps: BrowserDependencies) =>
  createMiddleware<NodeEnv>(async (c, next) => {
    const reads = c.req.method === 'GET' || c.req.method === 'HEAD'
    if (!reads || isAtPublicHost(c, deps.publicUrl) || isForwarded(c) || getCookie(c, movedCookie)) return next()
    setCookie(c, movedCookie, '1', { path: '/', maxAge: movedSeconds, httpOnly: true, sameSite: 'Lax' })
    const { pathname, searchParams } = new URL(c.req.url)
    const to = new URL(deps.publicUrl)
    to.pathname = pathname
    for (const [name, value] of searchParams) if (carried.includes(name)) to.searchParams.append(name, value)
    return seeOther(c, deps, to)
  })

/** Also true for requests without a Host, which come from this process, and for a Host that no URL can have. */
function isAtPublicHost(c: PageContext, publicUrl: URL): boolean {
  const host = c.req.header('host')
  const asked = host === undefined ? null : URL.parse(`${publicUrl.protocol}//${host}`)
  return asked === null || asked.host === publicUrl.host
}
