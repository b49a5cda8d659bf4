/** `/device/confirm`: shows a signed-in person which terminal asks for access, and takes their decision (RFC 8628 §5.4). */
import type { DeviceReview, SignedInBrowser } from '@osa/core'
import { sendToProvider } from './begin-sign-in.ts'
import { readCookie, writeCookie } from './cookies.ts'
import type { BrowserDependencies, PageContext } from './dependencies.ts'
import { typedCodeField } from './form-fields.ts'
import { guardedForm } from './form-guard.ts'
import { isSameNetwork } from './networks.ts'
import { type ConfirmPage, confirmPage } from './pages/confirm.ts'
import { alreadyDecidedPage } from './pages/decided.ts'
import { messagePage } from './pages/message.ts'
import { seeOther, showPage } from './respond.ts'

/** Returns what this browser may see of the request, or the page that says why it may see nothing. */
async function reviewed(
  c: PageContext,
  deps: BrowserDependencies,
): Promise<{ browser: SignedInBrowser; review: DeviceReview } | Response> {
  const browser = await deps.auth.browserSession(readCookie(c, 'session', deps.publicUrl))
  if (!browser) return showPage(c, deps, messagePage('not_signed_in', deps))
  const review = await deps.auth.reviewDevice({ browser, deviceAuthorizationId: flowOf(c) })
  return review ? { browser, review } : showPage(c, deps, messagePage('unknown_request', deps))
}

/** The id in the address is not a secret and grants nothing: only the browser session that claimed the request can see it (D16). */
export const flowOf = (c: PageContext): string => c.req.query('flow') ?? ''
const pathFor = (page: 'confirm' | 'complete', flow: string) => `/device/${page}?${new URLSearchParams({ flow })}`

export const showConfirm = (deps: BrowserDependencies) => async (c: PageContext) => {
  const found = await reviewed(c, deps)
  if (found instanceof Response) return found
  const { device, expired } = found.review
  if (device.status !== 'pending') return seeOther(c, deps, pathFor('complete', device.id))
  return expired ? showPage(c, deps, messagePage('expired', deps)) : renderConfirm(c, deps, { ...found, problem: null })
}

function renderConfirm(
  c: PageContext,
  deps: BrowserDependencies,
  { browser, review, problem }: { browser: SignedInBrowser; review: DeviceReview; problem: ConfirmPage['problem'] },
) {
  const { auth, policy } = deps
  const { id } = review.device
  return showPage(
    c,
    deps,
    confirmPage({
      review,
      browser,
      policy,
      network: networkOf(c, deps, review),
      problem,
      decideToken: auth.formToken(browser.session.id, `decide:${id}`),
      switchToken: auth.formToken(browser.session.id, `switch:${id}`),
    }),
  )
}

/** With a same-computer proof, browser and terminal are in the same network, whatever addresses their requests come from. */
function networkOf(c: PageContext, { seesNetworks }: BrowserDependencies, { device }: DeviceReview) {
  if (device.approval === 'same_computer') return 'same'
  if (!seesNetworks) return 'unknown'
  return isSameNetwork(device.requesterIp, c.get('requester').ip) ? 'same' : 'other'
}

/** Takes the decision. Approving a request from another network needs the extra tick, whether or not the browser enforced it (D29). */
export const takeDecision = (deps: BrowserDependencies) => async (c: PageContext) => {
  const found = await reviewed(c, deps)
  if (found instanceof Response) return found
  const { browser, review } = found
  const { id } = review.device
  const submitted = await guardedForm(c, deps, { binding: browser.session.id, step: `decide:${id}` })
  if (submitted instanceof Response) return submitted
  const { form } = submitted
  const decision = form.get('decision')
  if (decision !== 'approve' && decision !== 'deny') return showPage(c, deps, messagePage('bad_form', deps))
  const undecided = review.device.status === 'pending' && !review.expired
  if (
    decision === 'approve' &&
    undecided &&
    networkOf(c, deps, review) === 'other' &&
    form.get('other_network') !== 'yes'
  ) {
    return renderConfirm(c, deps, { ...found, problem: 'tick' })
  }
  const requester = c.get('requester')
  const typedCode = form.get(typedCodeField)
  const outcome = await deps.auth.decideDevice({ browser, deviceAuthorizationId: id, decision, typedCode, requester })
  switch (outcome) {
    case 'approved':
      deps.countApproval(review.needs === 'typed_code' ? 'typed' : (review.device.approval ?? 'prefilled'))
      return seeOther(c, deps, pathFor('complete', id))
    case 'denied':
      return seeOther(c, deps, pathFor('complete', id))
    case 'already_approved':
    case 'already_denied':
      return showPage(c, deps, alreadyDecidedPage(outcome === 'already_approved'))
    case 'expired':
      return showPage(c, deps, messagePage('expired', deps))
    case 'switched_off':
      return showPage(c, deps, messagePage('switched_off', deps))
    case 'code_needed':
    case 'code_wrong':
    case 'remote_refused':
      return renderConfirm(c, deps, { ...found, problem: outcome })
    case 'not_yours':
      return showPage(c, deps, messagePage('unknown_request', deps))
  }
}

/** Releases the request and sends the browser to the provider again, asking it to let another person sign in. */
export const switchAccount = (deps: BrowserDependencies) => async (c: PageContext) => {
  const found = await reviewed(c, deps)
  if (found instanceof Response) return found
  const { auth, publicUrl } = deps
  const { browser, review } = found
  const { id } = review.device
  const submitted = await guardedForm(c, deps, { binding: browser.session.id, step: `switch:${id}` })
  if (submitted instanceof Response) return submitted
  const device = await auth.switchAccount({ browser, deviceAuthorizationId: id })
  if (!device) return showPage(c, deps, messagePage('expired', deps))
  const secret = readCookie(c, 'browser', publicUrl) ?? auth.newBrowserSecret()
  writeCookie(c, 'browser', publicUrl, secret)
  const same = auth.identityProviders.find((provider) => provider.id === browser.identity.provider)
  const codeTyped = review.device.approval === 'typed'
  return sendToProvider(c, deps, { providerId: same?.id, browser: secret, device, codeTyped, switchAccount: true })
}
