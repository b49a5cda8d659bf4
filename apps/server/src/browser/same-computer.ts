/**
 * `/device/same-computer`: the address that a terminal opens in a browser, and that its listener on 127.0.0.1 redirects that browser back to,
 * with a state. It shows the code form, which sends the browser to the listener by itself. If the listener does not answer, the form stays on
 * the screen and works without the proof.
 */
import { normaliseUserCode } from '@osa/core'
import { proofCookie, readCookie, writeCookie } from './cookies.ts'
import type { BrowserDependencies, PageContext } from './dependencies.ts'
import { codePath, showCodeForm } from './device-entry.ts'
import { seeOther } from './respond.ts'

export const passSameComputer = (deps: BrowserDependencies) => async (c: PageContext) => {
  const { auth, log, policy, publicUrl } = deps
  const { flow: deviceAuthorizationId = '', user_code: userCode = '', state, nonce } = c.req.query()
  const next = codePath(normaliseUserCode(userCode))
  const cookie = proofCookie(deviceAuthorizationId)
  const known = readCookie(c, cookie, publicUrl)
  if (state !== undefined) {
    const requester = c.get('requester')
    const proof = { deviceAuthorizationId, browser: known, state, nonce: nonce ?? '', requester }
    const isProven = await auth.proveSameComputer(proof)
    if (!isProven) log.warn({ requestId: requester.requestId }, 'a same-computer proof was refused')
    return seeOther(c, deps, next)
  }
  const browser = known ?? auth.newBrowserSecret()
  const listener = await auth.listenerOf({ deviceAuthorizationId, browser })
  if (listener === null) return seeOther(c, deps, next)
  // as short as the request, so that leading a browser through many requests does not fill its cookie jar
  writeCookie(c, cookie, publicUrl, browser, policy.deviceCodeLifetimeSeconds)
  // not a redirect: if a proxy or firewall drops requests to 127.0.0.1, the browser would wait on an empty page
  return showCodeForm(deps, listener)(c)
}
