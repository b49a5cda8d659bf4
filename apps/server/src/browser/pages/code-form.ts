/** `/device`: the form that takes a user code. */
import type { IdentityProvider } from '@osa/core'
import { html } from 'hono/html'
import { codeEntryField } from '../form-fields.ts'
import type { Page } from '../respond.ts'
import { alert, hiddenToken, providerButtons } from './parts.ts'

const fromLink = html`<input type="hidden" name="${codeEntryField}" value="link">`

export const codeFormPage = ({
  formToken,
  userCode,
  providers,
  refused,
}: {
  formToken: string
  /** The code from the address, as `XXXX-XXXX`; prefills the field. */
  userCode: string | null
  providers: readonly IdentityProvider[]
  /** True after a code that cannot be used. The page is then the same whatever was typed. */
  refused: boolean
}): Page => ({
  title: refused ? 'That code cannot be used' : 'Enter your code',
  status: refused ? 400 : 200,
  content: html`<section class="sheet">
<p class="eyebrow">Sign in a terminal</p>
<h1>Enter the code from your terminal</h1>
${refused ? alert('That code cannot be used. It may be mistyped, expired or already used. Compare it with your terminal, or run the command there again to get a new one.') : ''}
<p id="code-hint">${
    userCode === null
      ? 'Eight letters. Capitals, spaces and dashes do not matter.'
      : 'This code came with the link you opened. Continue only if your own terminal shows the same code.'
  }</p>
<form method="post" action="/device">
${hiddenToken(formToken)}${userCode === null ? '' : fromLink}
<label for="user-code">Code</label>
<input class="code-input" type="text" id="user-code" name="user_code" value="${userCode ?? ''}" placeholder="XXXX-XXXX" required
aria-describedby="code-hint" autocomplete="off" autocapitalize="characters" autocorrect="off" spellcheck="false" maxlength="64"
${userCode === null && !refused ? html`autofocus` : ''}>
${providerButtons(providers, 'Continue')}
</form>
</section>
<section class="sheet slip">
<p class="faded">Did someone send you this code or this link? Then close this page: the person who started that sign-in could act in
your name. Enter a code only if you have just started signing in on your own terminal.</p>
</section>`,
})
