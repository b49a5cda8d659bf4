/** `/device/confirm`: shows all that a person needs to judge a request, and two equal buttons, without scrolling. */
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
  /** Whether the device is on the network of this browser, as far as the node can tell. */
  readonly network: 'same' | 'other' | 'unknown'
  /** Why pressing Approve approved nothing: the box for another network is not ticked, or the policy asks for more. */
  readonly problem: 'tick' | ApprovalRefusal | null
  readonly decideToken: string
  readonly switchToken: string
}

export const confirmPage = (view: ConfirmPage): Page => ({
  ...(view.problem === null ? { title: 'Approve this terminal?' } : problems[view.problem]),
  content: html`<section class="sheet decision">
<h1>Let this terminal act in your name?</h1>
${view.problem === null ? '' : alert(`Nothing has been approved yet: ${problems[view.problem].what}`)}
${whoAsks(view)}
${person(view)}
${decision(view)}
${details(view)}
</section>`,
})

const problems = {
  tick: {
    title: 'Tick the box to approve',
    status: 400,
    what: 'this request comes from another network. Tick the box if it is really yours.',
  },
  code_needed: { title: 'Type the code to approve', status: 400, what: 'type the code that your own terminal shows.' },
  code_wrong: {
    title: 'That code does not match',
    status: 400,
    what: 'that code does not belong to this request. Look at your own terminal. If it shows a different code, choose Deny.',
  },
  remote_refused: {
    title: 'Approve on the terminal’s computer',
    status: 403,
    what: 'at this archive, you can approve a terminal only from a browser on the same computer.',
  },
} as const

/** Longer names are cut here, so that they cannot push the buttons out of sight; the details show them in full. */
const shownNameLength = 40

/** The request in one sentence: on which device, with what, when and from where. */
function whoAsks({ review: { device, clientName, askedSecondsAgo }, network }: ConfirmPage): Html {
  const on = device.deviceName === null ? 'that gave no name' : html`on ${foreign(device.deviceName)}`
  const ago = askedSecondsAgo < 1 ? 'just now' : html`${duration(askedSecondsAgo)} ago`
  const where =
    device.approval === 'same_computer' ? html`<strong>this computer</strong>` : place(network, device.requesterIp)
  return html`<p class="asks">A terminal ${on}, using ${cut(clientName, shownNameLength)}, asked for access ${ago} from ${where}.</p>`
}

function place(network: ConfirmPage['network'], ip: string): Html | string {
  switch (network) {
    case 'same':
      return html`your own network (${breakable(ip)})`
    case 'other':
      return html`<strong>a network other than your browser’s</strong> (${breakable(ip)})`
    case 'unknown':
      return html`<strong>a network that this archive cannot see</strong>`
  }
}

const person = ({ browser, review, switchToken }: ConfirmPage): Html =>
  html`<form class="person" method="post" action="/device/switch-account?flow=${review.device.id}">
${hiddenToken(switchToken)}${signedInAs(browser)}
<button class="link">Not you? Switch account</button>
</form>`

/** Deny comes first, so that pressing Enter on the page can only deny, and it needs no tick. Enter in the code field approves. */
function decision({ review, network, decideToken }: ConfirmPage): Html {
  const isApprovable = review.needs !== 'same_computer'
  return html`<form method="post" action="/device/confirm?flow=${review.device.id}">
${hiddenToken(decideToken)}
${codeOf(review)}
<p><strong>If you did not start this yourself just now, choose Deny.</strong> This archive never sends codes to anyone.</p>
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

/**
 * The field for the code, which the page does not show: a person who only followed a link has no terminal to read it from. Pressing Enter in the
 * field presses the first button of the form, the hidden one.
 */
const typedCode = html`<button class="hidden" name="decision" value="approve" tabindex="-1" aria-hidden="true"></button>
<label for="typed-code">Type the code that your own terminal shows</label>
<input class="code-input" type="text" id="typed-code" name="${typedCodeField}" placeholder="XXXX-XXXX" required aria-describedby="typed-code-hint"
autocomplete="off" autocapitalize="characters" autocorrect="off" spellcheck="false" maxlength="64">
<p class="aside" id="typed-code-hint">As far as this archive can tell, that terminal and this browser are on different computers.</p>`

/** Screen readers read the code letter by letter, since it is not a word. */
const comparison = (userCode: string): Html =>
  html`<p class="label" id="code-label">Does your terminal show this code?</p>
<div class="code" role="group" aria-labelledby="code-label"><span aria-hidden="true">${userCode}</span><span
class="hidden">${[...userCode].join(' ')}</span></div>`

const elsewhere = html`<p>At this archive, you can approve a terminal only from a browser on the same computer. As far as it can tell, that terminal is
on another one. Run <code>osa login</code> on this computer and let it open the browser. If it did, a proxy or firewall stops this browser from
reaching 127.0.0.1.</p>`

const otherNetwork = html`<label class="tick"><input type="checkbox" name="other_network" value="yes" required><span>I started this
myself, on a server or cluster that I use. A stranger’s request would look the same.</span></label>`

/** The facts that only people in doubt need, folded away. */
function details({ review: { device, clientName }, network, policy }: ConfirmPage): Html {
  const tool = storedText(device.requesterUserAgent, 120)
  return html`<details><summary>What it may do, and for how long</summary>
<dl class="facts">
<div><dt>Permissions</dt><dd><ul>${device.scope.split(' ').map((scope) => html`<li>${scopeSentence(scope)} <span class="aside">(${scope})</span></li>`)}</ul></dd></div>
<div><dt>For how long</dt><dd>Until you sign it out, at most ${duration(policy.refreshAbsoluteSeconds)}. Access also ends after ${duration(policy.refreshIdleSeconds)}
without use. Each access token lasts ${duration(policy.accessTokenLifetimeSeconds)}.</dd></div>
<div><dt>Program</dt><dd>${clientName}${tool === null ? '' : html` <span class="aside">(calls itself ${foreign(tool)})</span>`}</dd></div>
<div><dt>Device name</dt><dd>${device.deviceName === null ? 'none given' : foreign(device.deviceName)} <span class="aside">(reported by the device)</span></dd></div>
<div><dt>Requested from</dt><dd>${network === 'unknown' ? unknownNetwork : device.requesterIp}${device.approval === 'same_computer' ? ', this computer: your browser reached the port that the terminal opened' : ''}</dd></div>
<div><dt>Requested at</dt><dd>${instant(device.createdAt)}</dd></div>
</dl></details>`
}

const unknownNetwork =
  'Unknown: this archive cannot see the addresses of people and terminals, so it cannot tell whether this is your network.'

const scopeSentence = (scope: string): string =>
  scope in scopeSentences ? scopeSentences[scope as Scope] : 'Another permission'
