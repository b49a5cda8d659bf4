/** `/account/sessions` for someone who is not signed in. */
import type { IdentityProvider } from '@osa/core'
import { html } from 'hono/html'
import type { Page } from '../respond.ts'
import { hiddenToken, providerButtons } from './parts.ts'

export const signInPage = ({
  formToken,
  providers,
}: {
  formToken: string
  providers: readonly IdentityProvider[]
}): Page => ({
  title: 'Sign in',
  content: html`<section class="sheet">
<p class="eyebrow">Your terminals</p>
<h1>Sign in to see your terminals</h1>
<p>This page shows which terminals and tools can act in your name at this archive. You can sign out any that should not.</p>
<form method="post" action="/account/sign-in">
${hiddenToken(formToken)}
<label class="tick"><input type="checkbox" name="switch_account" value="yes"><span>Ask me who I am, even if this browser already
knows</span></label>
${providerButtons(providers, 'Sign in')}
</form>
</section>`,
})
