/**
 * Admits administrators who have signed in within the last ten minutes to the admin page (ASVS 7.5.3). Others have to sign in again: the
 * identity provider is asked to authenticate them anew, and they come back here.
 */
import type { AdminRefusal, ByAdmin, CookieSecret, SignedInBrowser } from '@osa/core'
import { sendToProvider } from '../begin-sign-in.ts'
import { clearCookie, readCookie, writeCookie } from '../cookies.ts'
import type { BrowserDependencies, PageContext } from '../dependencies.ts'
import { guardedForm } from '../form-guard.ts'
import { entrancePage } from '../pages/admin/entrance.ts'
import { messagePage } from '../pages/message.ts'
import { showPage } from '../respond.ts'

export const adminPath = '/admin'
const signInStep = 'admin-sign-in'
const returnStep = 'return:admin'

/** Returns the administrator's browser session, or the page that says what is missing. */
export async function admitted(c: PageContext, deps: BrowserDependencies): Promise<SignedInBrowser | Response> {
  const browser = await deps.auth.browserSession(readCookie(c, 'session', deps.publicUrl))
  const refused = browser === null ? 'not_signed_in' : deps.auth.administration.standing(browser)
  return browser === null || refused !== null ? refuse(c, deps, refused ?? 'not_signed_in', browser) : browser
}

/** Reads a form that was issued to this administrator's browser session for this step; otherwise returns the page that says why not. */
export async function adminForm(
  c: PageContext,
  deps: BrowserDependencies,
  step: string,
): Promise<{ by: ByAdmin; form: ReadonlyMap<string, string> } | Response> {
  const browser = await admitted(c, deps)
  if (browser instanceof Response) return browser
  const submitted = await guardedForm(c, deps, { binding: browser.session.id, step })
  if (submitted instanceof Response) return submitted
  return { by: { browser, requester: c.get('requester') }, form: submitted.form }
}

/** The page for a person who is not admitted, or no longer. */
export function refuse(
  c: PageContext,
  deps: BrowserDependencies,
  refused: AdminRefusal,
  browser: SignedInBrowser | null,
): Promise<Response> {
  const { auth, publicUrl } = deps
  if (refused === 'not_admin') return showPage(c, deps, messagePage('not_admin', deps))
  const secret = readCookie(c, 'browser', publicUrl) ?? auth.newBrowserSecret()
  writeCookie(c, 'browser', publicUrl, secret)
  const formToken = auth.formToken(secret, signInStep)
  return showPage(c, deps, entrancePage({ formToken, providers: auth.identityProviders, stale: browser }))
}

export const signInAsAdmin = (deps: BrowserDependencies) => async (c: PageContext) => {
  const binding = readCookie(c, 'browser', deps.publicUrl)
  const submitted = await guardedForm(c, deps, { binding, step: signInStep })
  if (submitted instanceof Response) return submitted
  const { form, binding: browser } = submitted
  writeCookie(c, 'return', deps.publicUrl, deps.auth.formToken(browser, returnStep) as CookieSecret)
  return sendToProvider(c, deps, { providerId: form.get('provider'), browser, device: null, switchAccount: true })
}

/** Whether the sign-in that ends here started at the admin page, in this browser. Clears the cookie that says so. */
export function startedAtAdmin(c: PageContext, { auth, publicUrl }: BrowserDependencies): boolean {
  const [browser, value] = [readCookie(c, 'browser', publicUrl), readCookie(c, 'return', publicUrl)]
  if (value === null) return false
  clearCookie(c, 'return', publicUrl)
  return browser !== null && auth.verifyFormToken(browser, returnStep, value)
}
