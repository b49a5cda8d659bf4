/** `/account/sessions`: lets people see, name and sign out the terminals that are signed in as them (ASVS 7.5.2). */
import type { SignedInBrowser } from '@osa/core'
import { sendToProvider } from './begin-sign-in.ts'
import { clearCookie, readCookie, writeCookie } from './cookies.ts'
import type { BrowserDependencies, PageContext } from './dependencies.ts'
import { guardedForm } from './form-guard.ts'
import { messagePage } from './pages/message.ts'
import { sessionsPage } from './pages/sessions.ts'
import { signInPage } from './pages/sign-in.ts'
import { seeOther, showPage } from './respond.ts'

const path = '/account/sessions'

export const showSessions = (deps: BrowserDependencies) => async (c: PageContext) => {
  const { auth, publicUrl } = deps
  const browser = await auth.browserSession(readCookie(c, 'session', publicUrl))
  if (!browser) return showSignIn(c, deps)
  // a HEAD request does not show the list to a person
  const seenAt = c.req.method === 'GET' ? await auth.seeSessions(browser) : null
  const sessions = await auth.listSessions({ userId: browser.user.id, currentSessionId: null })
  const token = (step: string) => auth.formToken(browser.session.id, step)
  const tokens = { revokeToken: token('revoke'), nameToken: token('name'), signOutToken: token('sign-out') }
  return showPage(c, deps, sessionsPage({ browser, sessions, seenAt, ...tokens }))
}

function showSignIn(c: PageContext, deps: BrowserDependencies) {
  const { auth, publicUrl } = deps
  const secret = readCookie(c, 'browser', publicUrl) ?? auth.newBrowserSecret()
  writeCookie(c, 'browser', publicUrl, secret)
  return showPage(
    c,
    deps,
    signInPage({ formToken: auth.formToken(secret, 'sign-in'), providers: auth.identityProviders }),
  )
}

export const signIn = (deps: BrowserDependencies) => async (c: PageContext) => {
  const binding = readCookie(c, 'browser', deps.publicUrl)
  const submitted = await guardedForm(c, deps, { binding, step: 'sign-in' })
  if (submitted instanceof Response) return submitted
  const { form, binding: browser } = submitted
  const switchAccount = form.get('switch_account') === 'yes'
  clearCookie(c, 'return', deps.publicUrl)
  return sendToProvider(c, deps, { providerId: form.get('provider'), browser, device: null, switchAccount })
}

export const revokeSessions = (deps: BrowserDependencies) => async (c: PageContext) => {
  const submitted = await signedInForm(c, deps, 'revoke')
  if (submitted instanceof Response) return submitted
  const { browser, form } = submitted
  const userId = browser.user.id
  const chosen = form.get('session') ?? ''
  const all = async () => (await deps.auth.listSessions({ userId, currentSessionId: null })).map(({ id }) => id)
  for (const sessionId of chosen === 'all' ? await all() : [chosen]) {
    const outcome = await deps.auth.revokeSession({ actor: browser, sessionId, requester: c.get('requester') })
    if (outcome === 'unauthorized') return showPage(c, deps, messagePage('not_signed_in', deps))
  }
  // a terminal that is already signed out is as requested
  return seeOther(c, deps, path)
}

export const nameSession = (deps: BrowserDependencies) => async (c: PageContext) => {
  const submitted = await signedInForm(c, deps, 'name')
  if (submitted instanceof Response) return submitted
  const { browser, form } = submitted
  const [sessionId = '', deviceName = ''] = [form.get('session'), form.get('name')]
  const requester = c.get('requester')
  const outcome = await deps.auth.nameSession({ actor: browser, sessionId, deviceName, requester })
  return outcome === 'unauthorized' ? showPage(c, deps, messagePage('not_signed_in', deps)) : seeOther(c, deps, path)
}

export const signOut = (deps: BrowserDependencies) => async (c: PageContext) => {
  const submitted = await signedInForm(c, deps, 'sign-out')
  if (submitted instanceof Response) return submitted
  const secret = readCookie(c, 'session', deps.publicUrl)
  if (secret) await deps.auth.signOut(secret, c.get('requester'))
  clearCookie(c, 'session', deps.publicUrl)
  return seeOther(c, deps, path)
}

async function signedInForm(
  c: PageContext,
  deps: BrowserDependencies,
  step: string,
): Promise<{ browser: SignedInBrowser; form: ReadonlyMap<string, string> } | Response> {
  const browser = await deps.auth.browserSession(readCookie(c, 'session', deps.publicUrl))
  if (!browser) return showPage(c, deps, messagePage('not_signed_in', deps))
  const submitted = await guardedForm(c, deps, { binding: browser.session.id, step })
  return submitted instanceof Response ? submitted : { browser, form: submitted.form }
}
