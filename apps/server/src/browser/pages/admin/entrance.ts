/** `/admin` for someone who has not signed in just now. */
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
  /** Who is signed in, but too long ago. */
  stale: SignedInBrowser | null
}): Page => ({
  title: stale ? 'Sign in once more' : 'Sign in to administer this node',
  status: 403,
  content: html`<section class="sheet">
<p class="eyebrow">Administration</p>
<h1>${stale ? 'Sign in once more' : 'Sign in to administer this node'}</h1>
${stale ? signedInAs(stale) : ''}
<p>This page is for the people who run the node. It asks who you are even if this browser already knows, and a sign-in counts here for
${duration(adminSignInMaxAgeSeconds)}.${stale ? ' Yours is older. Nothing was changed.' : ''}</p>
<form method="post" action="/admin/sign-in">
${hiddenToken(formToken)}
${providerButtons(providers, 'Sign in')}
</form>
${
  stale
    ? html`<p class="faded">Are you here again straight after signing in? Then the identity provider did not ask you, and
<code>osa-server</code> on the node’s machine is the way.</p>`
    : ''
}
</section>`,
})
