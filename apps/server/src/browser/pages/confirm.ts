/** `/device/confirm`: everything a person needs to judge a request, and two equal buttons. */
import { type Scope, scopeSentences } from '@osa/contract'
import { type AuthPolicy, type DeviceReview, type SignedInBrowser, storedText } from '@osa/core'
import { html } from 'hono/html'
import type { Html, Page } from '../respond.ts'
import { alert, duration, foreign, hiddenToken, instant, signedInAs } from './parts.ts'

export interface ConfirmPage {
  readonly review: DeviceReview
  readonly browser: SignedInBrowser
  readonly policy: AuthPolicy
  /** Whether the device's network is this browser's, as far as the node can see. */
  readonly network: 'same' | 'other' | 'unknown'
  /** Approve was pressed without the tick that a distant request needs. */
  readonly unconfirmed: boolean
  readonly decideToken: string
  readonly switchToken: string
}

export const confirmPage = (view: ConfirmPage): Page => ({
  title: view.unconfirmed ? 'One more tick is needed' : 'Approve this terminal?',
  status: view.unconfirmed ? 400 : 200,
  content: html`<section class="sheet">
<p class="eyebrow">Sign in a terminal</p>
<h1>Let this terminal act in your name?</h1>
${view.unconfirmed ? alert('Nothing was approved yet: this request comes from another network. Tick the box if it is really yours.') : ''}
<p class="label" id="code-label">Does your terminal show exactly this code?</p>
${bigCode(view.review.userCode ?? '')}
<p><strong>If you did not start this yourself, just now, choose Deny.</strong> Nobody from this archive will ever send you a code.</p>
${facts(view)}
${person(view)}
${decision(view)}
</section>`,
})

/** Read out letter by letter: as a word it says nothing. */
const bigCode = (userCode: string): Html =>
  html`<div class="code" role="group" aria-labelledby="code-label"><span aria-hidden="true">${userCode}</span><span
class="hidden">${[...userCode].join(' ')}</span></div>`

const facts = ({ review: { device, clientName }, network, policy }: ConfirmPage): Html => {
  const tool = storedText(device.requesterUserAgent, 120)
  return html`<dl class="facts">
<div><dt>Program</dt><dd>${clientName}${tool === null ? '' : html` <span class="aside">(calls itself ${foreign(tool)})</span>`}</dd></div>
<div><dt>Device name</dt><dd>${device.deviceName === null ? 'none given' : foreign(device.deviceName)} <span class="aside">(reported by the device)</span></dd></div>
<div><dt>Asked from</dt><dd>${network === 'unknown' ? 'unknown' : device.requesterIp}</dd></div>
<div><dt>Asked at</dt><dd>${instant(device.createdAt)}</dd></div>
<div><dt>It may</dt><dd><ul>${device.scope.split(' ').map((scope) => html`<li>${scopeSentence(scope)} <span class="aside">(${scope})</span></li>`)}</ul></dd></div>
<div><dt>For how long</dt><dd>Until you sign it out; at most ${duration(policy.refreshAbsoluteSeconds)}, and no longer than ${duration(policy.refreshIdleSeconds)}
unused. Each access token lasts ${duration(policy.accessTokenLifetimeSeconds)}.</dd></div>
</dl>`
}

const scopeSentence = (scope: string): string =>
  scope in scopeSentences ? scopeSentences[scope as Scope] : 'Another permission'

const person = ({ browser, review, switchToken }: ConfirmPage): Html =>
  html`<form class="person" method="post" action="/device/switch-account?flow=${review.device.id}">
${hiddenToken(switchToken)}${signedInAs(browser)}
<button class="plain small">Not you? Switch account</button>
</form>`

/** Deny comes first, so that Enter can only ever deny; it needs no tick. */
const decision = ({ review, network, decideToken }: ConfirmPage): Html =>
  html`<form method="post" action="/device/confirm?flow=${review.device.id}">
${hiddenToken(decideToken)}
${network === 'other' ? otherNetwork : network === 'unknown' ? unknownNetwork : ''}
<div class="choices"><button class="plain" name="decision" value="deny" formnovalidate>Deny</button><button
class="plain" name="decision" value="approve">Approve</button></div>
</form>`

const unknownNetwork = html`<div class="note"><p><strong>It is unknown whether this request comes from your network.</strong> This archive does
not see where people and terminals are. Approve only what you started yourself, just now.</p></div>`

const otherNetwork = html`<div class="note"><p><strong>This request comes from another network than your browser.</strong> That is
normal if your terminal runs on a server or cluster you work on. It is also what a stranger’s request looks like.</p></div>
<label class="tick"><input type="checkbox" name="other_network" value="yes" required><span>I started this myself, on a machine in
another network.</span></label>`
