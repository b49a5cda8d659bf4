/** The page of the development sign-in, where a developer picks who to be. */
import { html } from 'hono/html'
import { type DevelopmentRequest, developmentSignInPath } from '../../identity/development.ts'
import type { DevelopmentPerson } from '../../identity/development-people.ts'
import type { Page } from '../respond.ts'
import { alert, hiddenToken } from './parts.ts'

export function developmentPage({
  formToken,
  request: { state, request },
  people,
  refused,
}: {
  formToken: string
  request: DevelopmentRequest
  people: readonly DevelopmentPerson[]
  /** True if the typed text was not an ORCID iD. */
  refused: boolean
}): Page {
  const action = `${developmentSignInPath}?${new URLSearchParams({ state, request })}`
  return {
    title: refused ? 'That is not an ORCID iD' : 'Development sign-in',
    status: refused ? 400 : 200,
    content: html`<section class="sheet">
<p class="stamp">Development only</p>
<h1>Development sign-in: anyone can be anyone here</h1>
${refused ? alert('That is not an ORCID iD. An ORCID iD has sixteen characters, and the last one is a check digit, as in 0000-0002-1825-0097.') : ''}
<p>No identity provider is set up on this node, so this page stands in for one. Who would you like to be?</p>
<form method="post" action="${action}">
${hiddenToken(formToken)}
${people.map(
  ({ subject, name, role }) =>
    html`<button class="wide plain" name="person" value="${subject}">${name}, ${role}</button>`,
)}
</form>
<h2>Or someone else</h2>
<form method="post" action="${action}">
${hiddenToken(formToken)}
<label for="subject">ORCID iD</label>
<input type="text" id="subject" name="subject" placeholder="0000-0002-1825-0097" required autocomplete="off" autocapitalize="characters"
autocorrect="off" spellcheck="false" maxlength="64">
<label for="name">Name</label>
<input type="text" id="name" name="name" autocomplete="off" maxlength="200">
<button class="wide" name="person" value="typed">Sign in as this person</button>
</form>
<h2>Or do not sign in</h2>
<form method="post" action="${action}">
${hiddenToken(formToken)}
<button class="wide plain" name="person" value="deny">Deny</button>
</form>
</section>`,
  }
}
