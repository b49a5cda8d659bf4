/**
 * `/device/same-computer`: what a terminal opens in a browser, and where its listener on 127.0.0.1 sends that browser back to, with a state.
 * The page is the one for the code, and leads to the listener by itself. While nothing comes back from there it stays on the screen, and
 * everything works on it without the proof too.
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
    if (!isProven) log.warn({ requestId: requester.requestId }, 'a proof of the same computer did not hold')
    return seeOther(c, deps, next)
  }
  const browser = known ?? auth.newBrowserSecret()
  const listener = await auth.listenerOf({ deviceAuthorizationId, browser })
  if (listener === null) return seeOther(c, deps, next)
  // no longer than the request: whoever leads a browser through many of them must not fill its jar
  writeCookie(c, cookie, publicUrl, browser, policy.deviceCodeLifetimeSeconds)
  // not a redirect: a browser whose proxy or firewall swallows 127.0.0.1 would wait for it with nothing to look at
  return showCodeForm(deps, listener)(c)
}
