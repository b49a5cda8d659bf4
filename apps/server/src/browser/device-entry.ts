/** `/device`: a person types or confirms the code from their terminal and is sent on to sign in (RFC 8628 §3.3). */
import { formatUserCode, normaliseUserCode } from '@osa/core'
import { sendToProvider } from './begin-sign-in.ts'
import { readCookie, writeCookie } from './cookies.ts'
import type { BrowserDependencies, PageContext } from './dependencies.ts'
import { codeEntryField } from './form-fields.ts'
import { guardedForm } from './form-guard.ts'
import { codeFormPage } from './pages/code-form.ts'
import { limitedPage } from './pages/message.ts'
import { showPage } from './respond.ts'

const step = 'enter-code'

/** The address of the code form; with a code, that code is filled in. */
export const codePath = (userCode: string | null): string =>
  userCode === null ? '/device' : `/device?${new URLSearchParams({ user_code: formatUserCode(userCode) })}`

/**
 * Shows the form. A well-formed code in the address is filled in, but never submitted or looked up (§3.3.1). With `onward`, the browser goes
 * to that address by itself if something answers there.
 */
export const showCodeForm =
  (deps: BrowserDependencies, onward: URL | null = null) =>
  (c: PageContext) => {
    const { auth, publicUrl } = deps
    const browser = readCookie(c, 'browser', publicUrl) ?? auth.newBrowserSecret()
    writeCookie(c, 'browser', publicUrl, browser)
    const userCode = normaliseUserCode(c.req.query('user_code') ?? '')
    const page = codeFormPage({
      formToken: auth.formToken(browser, step),
      userCode: userCode && formatUserCode(userCode),
      providers: auth.identityProviders,
      refused: false,
    })
    return showPage(c, deps, onward === null ? page : { ...page, headers: { Refresh: `0; url=${onward}` } })
  }

async function enter(c: PageContext, { auth, publicUrl }: BrowserDependencies, userCode: string) {
  const session = await auth.browserSession(readCookie(c, 'session', publicUrl))
  return auth.enterUserCode({ userCode, requester: c.get('requester'), userId: session?.user.id ?? null })
}

/** Counts a form that is too long to be read as a wrong code (C05). */
async function countTooLong(c: PageContext, deps: BrowserDependencies, tooLong: Response) {
  const entered = await enter(c, deps, '')
  return entered.outcome === 'limited' ? showPage(c, deps, limitedPage(entered.retryAfterSeconds)) : tooLong
}

/** Takes a code. All codes that cannot be used get the same answer, with the same status and bytes (C11). */
export const takeCode = (deps: BrowserDependencies) => async (c: PageContext) => {
  const { auth, publicUrl } = deps
  const submitted = await guardedForm(c, deps, { binding: readCookie(c, 'browser', publicUrl), step })
  if (submitted instanceof Response) return submitted.status === 413 ? countTooLong(c, deps, submitted) : submitted
  const { form, binding: browser } = submitted
  const entered = await enter(c, deps, form.get('user_code') ?? '')
  switch (entered.outcome) {
    case 'limited':
      return showPage(c, deps, limitedPage(entered.retryAfterSeconds))
    case 'not_usable': {
      const formToken = auth.formToken(browser, step)
      const page = codeFormPage({ formToken, userCode: null, providers: auth.identityProviders, refused: true })
      return showPage(c, deps, page)
    }
    case 'found':
      return sendToProvider(c, deps, {
        providerId: form.get('provider'),
        browser,
        device: entered.ticket,
        codeTyped: form.get(codeEntryField) !== 'link',
        switchAccount: false,
      })
  }
}
