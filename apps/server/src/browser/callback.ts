/**
 * `/api/v1/auth/callback` and `/api/v1/auth/callback/<provider>`: where the identity provider sends the browser back to. Every outcome
 * redirects to an address without code and state (D23, E21).
 */
import { adminPath, startedAtAdmin } from './admin/entrance.ts'
import { proofCookie, readCookie, writeCookie } from './cookies.ts'
import type { BrowserDependencies, PageContext } from './dependencies.ts'
import { seeOther } from './respond.ts'
import { outcomePath } from './sign-in-outcome.ts'

export const finishSignIn = (deps: BrowserDependencies) => async (c: PageContext) => {
  const { auth, log, publicUrl } = deps
  const browser = readCookie(c, 'browser', publicUrl)
  const requester = c.get('requester')
  const outcome = await auth.finishSignIn({
    providerId: c.req.param('provider'),
    parameters: new URL(c.req.url).searchParams,
    browser,
    session: readCookie(c, 'session', publicUrl),
    proofOf: (deviceAuthorizationId) => readCookie(c, proofCookie(deviceAuthorizationId), publicUrl),
    requester,
  })
  if ('refused' in outcome) {
    const { refused, detail } = outcome
    log.warn({ refused, detail, requestId: requester.requestId }, 'a sign-in failed')
    return seeOther(c, deps, outcomePath(deps, browser, outcome))
  }
  writeCookie(c, 'session', publicUrl, outcome.secret)
  const flow = outcome.deviceAuthorizationId
  const home = startedAtAdmin(c, deps) ? adminPath : '/account/sessions'
  return seeOther(c, deps, flow === null ? home : `/device/confirm?${new URLSearchParams({ flow })}`)
}
