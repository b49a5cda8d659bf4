/** `/device/complete`: says how a request ended and sends the person back to the terminal. */
import type { DeviceReview } from '@osa/core'
import { html } from 'hono/html'
import type { Page } from '../respond.ts'
import { count } from './convention-words.ts'
import { check, cross } from './marks.ts'
import { foreign } from './parts.ts'

const back = html`<p class="lead">You can close this page and go back to your terminal.</p>`

export const decidedPage = ({
  approved,
  review,
  others,
}: {
  approved: boolean
  review: DeviceReview
  /** How many terminals have signed in as this person since they last saw their list. */
  others: number
}): Page => ({
  title: approved ? 'Approved' : 'Denied',
  content: html`<section class="sheet end ${approved ? 'approved' : 'denied'}">
<p class="seal">${approved ? check : cross}</p>
<h1>${approved ? 'You approved this terminal' : 'You denied this request'}</h1>
${back}
<p>${
    approved
      ? html`${review.clientName}${review.device.deviceName === null ? '' : html` on ${foreign(review.device.deviceName)}`} may now act in your
name. You can sign it out at any time under <a href="/account/sessions">your terminals</a>.`
      : 'The terminal has been told and has received nothing. If the request was not yours, you do not need to do anything else.'
  }</p>
${
  others === 0
    ? ''
    : html`<p class="note">Signed in as you since your last visit: ${count(others, 'terminal')}. <a href="/account/sessions">See your terminals</a> and
sign out any that are not yours.</p>`
}
</section>`,
})

/** Answers a second decision: the first one stands (D18). */
export const alreadyDecidedPage = (approved: boolean): Page => ({
  title: approved ? 'Already approved' : 'Already denied',
  status: 409,
  content: html`<section class="sheet end ${approved ? 'approved' : 'denied'}">
<p class="seal">${approved ? check : cross}</p>
<h1>This request was already ${approved ? 'approved' : 'denied'}</h1>
${back}
<p>A decision cannot be changed. ${
    approved
      ? html`To take the access back, sign that terminal out under <a href="/account/sessions">your terminals</a>.`
      : 'If you meant to approve it, run the command in your terminal again.'
  }</p>
</section>`,
})

/** For a browser that has not decided a request: tells nothing about any request (D24). */
export const nothingToShowPage = (): Page => ({
  title: 'Nothing to show here',
  content: html`<section class="sheet">
<h1>Nothing to show here</h1>
<p>This page shows how a sign-in ended, but only in the browser where it was approved or denied, and only for a short time. Your
terminal shows how yours ended.</p>
<p><a href="/device">Enter a code</a></p>
</section>`,
})
