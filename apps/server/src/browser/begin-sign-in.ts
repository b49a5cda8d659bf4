import type { CookieSecret, DeviceClaimTicket } from '@osa/core'
import type { BrowserDependencies, PageContext } from './dependencies.ts'
import { messagePage } from './pages/message.ts'
import { signInErrorPage } from './pages/sign-in-error.ts'
import { seeOther, showPage } from './respond.ts'

/** Redirects a browser to an identity provider, or shows why the sign-in cannot start. */
/** Redirects a browser to an identity provider, or shows why the sign-in cannot start. */
export async function sendToProvider(
  c: PageContext,
  deps: BrowserDependencies,
  request: {
    /** The value of the form field; without one, the first provider is used. */
    providerId: string | undefined
    browser: CookieSecret
    device: DeviceClaimTicket | null
    codeTyped?: boolean
    switchAccount: boolean
  },
): Promise<Response> {
  const { auth, log } = deps
  const providerId = request.providerId ?? auth.identityProviders[0]?.id
  if (!auth.identityProviders.some(({ id }) => id === providerId) || providerId === undefined) {
    return showPage(c, deps, messagePage('bad_form', deps))
  }
  const started = await auth.beginSignIn({ ...request, providerId, requester: c.get('requester') })
  if ('authorizationUrl' in started) return seeOther(c, deps, started.authorizationUrl)
  log.warn(
    { refused: started.refused, detail: started.detail, requestId: c.get('requester').requestId },
    'a sign-in could not start',
  )
  return showPage(c, deps, signInErrorPage(started))
}
