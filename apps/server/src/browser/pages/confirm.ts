/** `/device/confirm`: everything a person needs to judge a request, and two equal buttons, without scrolling. */
import { type Scope, scopeSentences } from '@osa/contract'
import { type ApprovalRefusal, type AuthPolicy, type DeviceReview, type SignedInBrowser, storedText } from '@osa/core'
import { html } from 'hono/html'
import { typedCodeField } from '../form-fields.ts'
import type { Html, Page } from '../respond.ts'
import { cut } from './convention-words.ts'
import { check, cross } from './marks.ts'
import { alert, breakable, duration, foreign, hiddenToken, instant, signedInAs } from './parts.ts'

export interface ConfirmPage {
  readonly review: DeviceReview
  readonly browser: SignedInBrowser
  readonly policy: AuthPolicy
  /** Whether the device's network is this browser's, as far as the node can see. */
  readonly network: 'same' | 'other' | 'unknown'
  /** Why Approve was pressed and nothing approved: the tick of a distant request is missing, or what the policy asks for. */
  readonly problem: 'tick' | ApprovalRefusal | null
  readonly decideToken: string
  readonly switchToken: string
}

export const confirmPage = (view: ConfirmPage): Page => ({
  ...(view.problem === null ? { title: 'Approve this terminal?' } : problems[view.problem]),
  content: html`<section class="sheet decision">
<h1>Let this terminal act in your name?</h1>
${view.problem === null ? '' : alert(`Nothing was approved yet: ${problems[view.problem].what}`)}
${whoAsks(view)}
${person(view)}
${decision(view)}
${details(view)}
</section>`,
})

const problems = {
  tick: {
    title: 'One more tick is needed',
    status: 400,
    what: 'this request comes from another network. Tick the box if it is really yours.',
  },
  code_needed: { title: 'The code is needed', status: 400, what: 'type the code that your own terminal shows.' },
  code_wrong: {
    title: 'That is not the code',
    status: 400,
    what: 'that is not the code of this request. Look at your own terminal; if it shows another one, choose Deny.',
  },
  remote_refused: {
    title: 'Only from the terminal’s computer',
    status: 403,
    what: 'this archive lets a terminal in only from a browser on the same computer.',
  },
} as const

/** The rest of a longer name is among the details; a name must not push the buttons out of sight. */
const shownNameLength = 40

/** The request in one sentence: on which device, with what, when and from where. */
function whoAsks({ review: { device, clientName, askedSecondsAgo }, network }: ConfirmPage): Html {
  const on = device.deviceName === null ? 'that gave no name' : html`on ${foreign(device.deviceName)}`
  const ago = askedSecondsAgo < 1 ? 'just now' : html`${duration(askedSecondsAgo)} ago`
  const where =
    device.approval === 'same_computer' ? html`<strong>this computer</strong>` : place(network, device.requesterIp)
  return html`<p class="asks">A terminal ${on}, with ${cut(clientName, shownNameLength)}, asked ${ago} from ${where}.</p>`
}

function place(network: ConfirmPage['network'], ip: string): Html | string {
  switch (network) {
    case 'same':
      return html`your own network (${breakable(ip)})`
    case 'other':
      return html`<strong>another network than your browser’s</strong> (${breakable(ip)})`
    case 'unknown':
      return html`<strong>a network that this archive cannot see</strong>`
  }
}

const person = ({ browser, review, switchToken }: ConfirmPage): Html =>
  html`<form class="person" method="post" action="/device/switch-account?flow=${review.device.id}">
${hiddenToken(switchToken)}${signedInAs(browser)}
<button class="link">Not you? Switch account</button>
</form>`

/** Deny comes first, so that Enter on the page can only ever deny; it needs no tick. Enter in the field for the code approves. */
function decision({ review, network, decideToken }: ConfirmPage): Html {
  const isApprovable = review.needs !== 'same_computer'
  return html`<form method="post" action="/device/confirm?flow=${review.device.id}">
${hiddenToken(decideToken)}
${codeOf(review)}
<p><strong>If you did not start this yourself, just now, choose Deny.</strong> This archive never sends a code to anybody.</p>
${isApprovable && network === 'other' ? otherNetwork : ''}
<div class="choices"><button class="choice" name="decision" value="deny" formnovalidate>${cross}Deny</button>${
    isApprovable ? html`<button class="choice" name="decision" value="approve">${check}Approve</button>` : ''
  }</div>
</form>`
}

function codeOf({ needs, userCode }: DeviceReview): Html {
  switch (needs) {
    case 'nothing':
      return comparison(userCode ?? '')
    case 'typed_code':
      return typedCode
    case 'same_computer':
      return elsewhere
  }
}

/** Not shown here: who only follows a link has no terminal to read it from. The first button of a form is the one that Enter presses. */
const typedCode = html`<button class="hidden" name="decision" value="approve" tabindex="-1" aria-hidden="true"></button>
<label for="typed-code">Type the code that your own terminal shows</label>
<input class="code-input" type="text" id="typed-code" name="${typedCodeField}" placeholder="XXXX-XXXX" required aria-describedby="typed-code-hint"
autocomplete="off" autocapitalize="characters" autocorrect="off" spellcheck="false" maxlength="64">
<p class="aside" id="typed-code-hint">As far as this archive can tell, that terminal is on another computer than this browser.</p>`
/** Read out letter by letter: as a word it says nothing. */
const comparison = (userCode: string): Html =>
  html`<p class="label" id="code-label">Same code in your terminal?</p>
<div class="code" role="group" aria-labelledby="code-label"><span aria-hidden="true">${userCode}</span><span
class="hidden">${[...userCode].join(' ')}</span></div>`

const elsewhere = html`<p>This archive lets a terminal in only from a browser on the same computer, and as far as it can tell that terminal is on
another one. Run <code>osa login</code> on this computer, and let it open the browser by itself. If it did just that, a proxy or firewall
keeps this browser from 127.0.0.1.</p>`

const otherNetwork = html`<label class="tick"><input type="checkbox" name="other_network" value="yes" required><span>I started this
myself, on a server or cluster I work on. A stranger’s request would look the same.</span></label>`

/** What few read before they decide, and somebody who is in doubt does. */
function details({ review: { device, clientName }, network, policy }: ConfirmPage): Html {
  const tool = storedText(device.requesterUserAgent, 120)
  return html`<details><summary>What it may do, and for how long</summary>
<dl class="facts">
<div><dt>It may</dt><dd><ul>${device.scope.split(' ').map((scope) => html`<li>${scopeSentence(scope)} <span class="aside">(${scope})</span></li>`)}</ul></dd></div>
<div><dt>For how long</dt><dd>Until you sign it out; at most ${duration(policy.refreshAbsoluteSeconds)}, and no longer than ${duration(policy.refreshIdleSeconds)}
unused. Each access token lasts ${duration(policy.accessTokenLifetimeSeconds)}.</dd></div>
<div><dt>Program</dt><dd>${clientName}${tool === null ? '' : html` <span class="aside">(calls itself ${foreign(tool)})</span>`}</dd></div>
<div><dt>Device name</dt><dd>${device.deviceName === null ? 'none given' : foreign(device.deviceName)} <span class="aside">(reported by the device)</span></dd></div>
<div><dt>Asked from</dt><dd>${network === 'unknown' ? unknownNetwork : device.requesterIp}${device.approval === 'same_computer' ? ', this computer: its browser has reached the terminal’s own port there' : ''}</dd></div>
<div><dt>Asked at</dt><dd>${instant(device.createdAt)}</dd></div>
</dl></details>`
}

const unknownNetwork =
  'Unknown: this archive does not see where people and terminals are, so it cannot tell whether this is your network.'

const scopeSentence = (scope: string): string =>
  scope in scopeSentences ? scopeSentences[scope as Scope] : 'Another permission'
