/** `/admin` for a person who has not signed in recently enough. */
import { adminSignInMaxAgeSeconds, type IdentityProvider, type SignedInBrowser } from '@osa/core'
import { html } from 'hono/html'
import type { Page } from '../../respond.ts'
import { duration, hiddenToken, providerButtons, signedInAs } from '../parts.ts'

export const entrancePage = ({
  formToken,
  providers,
  stale,
}: {
  formToken: string
  providers: readonly IdentityProvider[]
  /** The browser session of a person who signed in too long ago. */
  stale: SignedInBrowser | null
}): Page => ({
  title: stale ? 'Sign in again' : 'Sign in to administer this node',
  status: 403,
  content: html`<section class="sheet">
<p class="eyebrow">Administration</p>
<h1>${stale ? 'Sign in again' : 'Sign in to administer this node'}</h1>
${stale ? signedInAs(stale) : ''}
<p>This page is for the people who run the node. You have to sign in even if this browser already knows you, and a sign-in is valid here
for ${duration(adminSignInMaxAgeSeconds)}.${stale ? ' Yours is older. Nothing was changed.' : ''}</p>
<form method="post" action="/admin/sign-in">
${hiddenToken(formToken)}
${providerButtons(providers, 'Sign in')}
</form>
${
  stale
    ? html`<p class="faded">Do you see this page again right after signing in? Then the identity provider did not ask you to sign in
again. Use <code>osa-server</code> on the node’s machine instead.</p>`
    : ''
}
</section>`,
})
