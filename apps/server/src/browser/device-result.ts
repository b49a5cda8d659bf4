/** `/device/complete` and `/device/error`: the last pages of a sign-in, which send the person back to the terminal. */
import { readCookie } from './cookies.ts'
import type { BrowserDependencies, PageContext } from './dependencies.ts'
import { flowOf } from './device-confirm.ts'
import { decidedPage, nothingToShowPage } from './pages/decided.ts'
import { messagePage } from './pages/message.ts'
import { newSince } from './pages/sessions.ts'
import { signInErrorPage } from './pages/sign-in-error.ts'
import { seeOther, showPage } from './respond.ts'
import { readOutcome } from './sign-in-outcome.ts'

/** Shows how a request ended, but only in the browser session that decided it (D24). */
export const showComplete = (deps: BrowserDependencies) => async (c: PageContext) => {
  const { auth, publicUrl } = deps
  const browser = await auth.browserSession(readCookie(c, 'session', publicUrl))
  const review = browser && (await auth.reviewDevice({ browser, deviceAuthorizationId: flowOf(c) }))
  if (!review) return showPage(c, deps, nothingToShowPage())
  const { status, id } = review.device
  if (status !== 'pending') {
    const sessions = await auth.listSessions({ userId: browser.user.id, currentSessionId: null })
    const others = newSince(sessions, browser.user.sessionsSeenAt).length
    return showPage(c, deps, decidedPage({ approved: status !== 'denied', review, others }))
  }
  if (review.expired) return showPage(c, deps, messagePage('expired', deps))
  return seeOther(c, deps, `/device/confirm?${new URLSearchParams({ flow: id })}`)
}

export const showSignInError = (deps: BrowserDependencies) => (c: PageContext) =>
  showPage(c, deps, signInErrorPage(readOutcome(c, deps, readCookie(c, 'browser', deps.publicUrl))))
