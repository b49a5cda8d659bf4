/**
 * Pages work at one address only: forms are checked against it and cookies belong to its host. Whoever opens a page at another name of the
 * node, such as 127.0.0.1 for localhost, is sent on before they type anything.
 */
import { getCookie, setCookie } from 'hono/cookie'
import { createMiddleware } from 'hono/factory'
import type { NodeEnv } from '../requester.ts'
import { isForwarded } from './at-this-machine.ts'
import type { BrowserDependencies, PageContext } from './dependencies.ts'
import { seeOther } from './respond.ts'

/** Comes back only where the redirect led to the host that it came from: a proxy rewrites Host then, and another one would go on forever. */
const movedCookie = 'osa_moved'
const movedSeconds = 10
/** What addresses of pages carry. Whatever else stands in one is not written into an answer: it may be a secret that came astray. */
const carried = ['user_code', 'flow', 'version']

/** Redirects GET and HEAD from any other host to the same path at the public URL. A proxy that says it is one is left to know its hosts. */
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

/** A request without a Host is in this process, and a Host that no URL can have is nobody's address. */
function isAtPublicHost(c: PageContext, publicUrl: URL): boolean {
  const host = c.req.header('host')
  const asked = host === undefined ? null : URL.parse(`${publicUrl.protocol}//${host}`)
  return asked === null || asked.host === publicUrl.host
}
