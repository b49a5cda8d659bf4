/** `/admin`: the grant switch and the signing keys. */
import type { KeyStage, SignedInBrowser } from '@osa/core'
import { html } from 'hono/html'
import type { Html, Page } from '../../respond.ts'
import { breakable, hiddenToken, instant, nothing, scrolling, signedInAs } from '../parts.ts'
import { adminPage } from './frame.ts'

export interface AdminNodePage {
  readonly browser: SignedInBrowser
  readonly isGrantOn: boolean
  readonly keys: readonly KeyStage[]
  readonly grantToken: string
  readonly keysToken: string
}

export const adminNodePage = (view: AdminNodePage): Page =>
  adminPage('node', 'This node', html`${signedInAs(view.browser)}${grant(view)}${keys(view)}`)

const grant = ({ isGrantOn, grantToken }: AdminNodePage): Html => html`<h2>Signing in from terminals</h2>
<form method="post" action="/admin/device-grant">${hiddenToken(grantToken)}
${
  isGrantOn
    ? html`<p><span class="role on">On</span> People can sign in from terminals. Stopping takes effect within half a minute. Existing sessions continue.</p>
<button class="danger small" name="device_grant" value="off">Stop sign-ins from terminals</button>`
    : html`<p><span class="role">Off</span> Nobody can sign in from a terminal. Existing sessions continue.</p>
<button class="small" name="device_grant" value="on">Let people sign in again</button>`
}</form>`

const stages: Readonly<Record<KeyStage['stage'], string>> = {
  published: 'Published, not signing yet',
  signing: 'Signing',
  retiring: 'Still accepted',
  retired: 'Retired',
}

function keys({ keys, keysToken }: AdminNodePage): Html {
  const isRotating = keys.some(({ stage }) => stage === 'published')
  return html`<h2>Signing keys</h2>
<p>The node signs access tokens with these keys. Rotate them every few months, and when someone who could read them leaves.</p>
${scrolling('Signing keys', keyTable(keys))}
<form method="post" action="/admin/keys">${hiddenToken(keysToken)}
${
  isRotating
    ? html`<p class="faded">A rotation is in progress. The new key takes over without an outage.</p>`
    : html`<p class="faded">A new key takes over after six minutes, without an outage.</p>
<button class="plain small" name="rotate" value="staged">Rotate the keys</button>`
}
<details><summary>A key has leaked</summary>
<p>A new key starts signing at once, and all others are refused within half a minute. Terminals refresh by themselves; nobody has to sign in again.</p>
<button class="danger small" name="rotate" value="now">Rotate now, refuse all others</button></details></form>`
}

const keyTable = (keys: readonly KeyStage[]): Html => html`<table>
<thead><tr><th scope="col">Key</th><th scope="col">Use</th><th scope="col">Algorithm</th><th scope="col">Signs from</th><th scope="col">Retires</th></tr></thead>
<tbody>${keys.map(
  ({ kid, stage, algorithm, signsFrom, retiresAt }) =>
    html`<tr><th scope="row"><code>${breakable(kid)}</code></th><td>${stages[stage]}</td><td>${algorithm}</td><td>${instant(signsFrom)}</td>
<td>${retiresAt === null ? nothing : instant(retiresAt)}</td></tr>`,
)}</tbody>
</table>`
