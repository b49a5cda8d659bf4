/** `/device/complete`: how it ended, and the way back to the terminal. */
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
  /** How many terminals were signed in since this person last looked at theirs. */
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
name. You can see it and sign it out among <a href="/account/sessions">your terminals</a> at any time.`
      : 'The terminal has been told and has received nothing. If that request was not yours, no more needs to be done.'
  }</p>
${
  others === 0
    ? ''
    : html`<p class="note">Signed in as you since you last looked: ${count(others, 'terminal')}. <a href="/account/sessions">See your terminals</a> and
sign out what is not yours.</p>`
}
</section>`,
})

/** A second decision: the first stands (D18). */
export const alreadyDecidedPage = (approved: boolean): Page => ({
  title: approved ? 'Already approved' : 'Already denied',
  status: 409,
  content: html`<section class="sheet end ${approved ? 'approved' : 'denied'}">
<p class="seal">${approved ? check : cross}</p>
<h1>This request was already ${approved ? 'approved' : 'denied'}</h1>
${back}
<p>A decision is made once. ${
    approved
      ? html`If you want to take it back, sign that terminal out among <a href="/account/sessions">your terminals</a>.`
      : 'If you meant to approve it, run the command in your terminal again.'
  }</p>
</section>`,
})

/** For whoever comes by without having decided anything: says nothing about anybody's request (D24). */
export const nothingToShowPage = (): Page => ({
  title: 'Nothing to show here',
  content: html`<section class="sheet">
<h1>Nothing to show here</h1>
<p>This page tells how a sign-in ended, but only in the browser that decided it, and only for a short time. Your terminal knows how
yours ended.</p>
<p><a href="/device">Enter a code</a></p>
</section>`,
})
