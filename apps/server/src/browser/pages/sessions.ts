/** `/account/sessions`: the terminals signed in as this person, each with a way to end it. */
import type { Approval, Session } from '@osa/contract'
import type { SignedInBrowser } from '@osa/core'
import { html } from 'hono/html'
import type { Html, Page } from '../respond.ts'
import { foreign, hiddenToken, instant, signedInAs } from './parts.ts'

export const sessionsPage = ({
  browser,
  sessions,
  revokeToken,
  signOutToken,
}: {
  browser: SignedInBrowser
  sessions: readonly Session[]
  revokeToken: string
  signOutToken: string
}): Page => ({
  title: 'Your terminals',
  content: html`<section class="sheet">
<h1>Your terminals</h1>
<form class="person" method="post" action="/account/sign-out">
${hiddenToken(signOutToken)}${signedInAs(browser)}
<button class="plain small">Sign out of this page</button>
</form>
${sessions.length === 0 ? none : list(sessions, revokeToken)}
</section>`,
})

const none = html`<p>No terminal is signed in as you. When you run <code>osa login</code> and approve it, it appears here.</p>`

const list = (sessions: readonly Session[], revokeToken: string): Html =>
  html`<p>These act in your name. Sign out any that you do not recognise or no longer use: it takes effect at once.</p>
<form method="post" action="/account/sessions">
${hiddenToken(revokeToken)}
<ul class="terminals">${sessions.map(terminal)}</ul>
${sessions.length > 1 ? html`<button class="plain" name="session" value="all">Sign out all terminals</button>` : ''}
</form>`

const approvalWords: Readonly<Record<Approval, string>> = {
  same_computer: 'on the same computer',
  typed: 'with its code typed in',
  prefilled: 'from a link with its code',
}

const terminal = (session: Session): Html => {
  const name = session.device_name === null ? 'Unnamed device' : foreign(session.device_name)
  return html`<li><div class="what"><h2>${name}</h2>
<p>${session.client_name} <span class="aside">from ${session.ip ?? 'an unknown address'}</span></p>
<p class="aside">Last used ${instant(session.last_used_at)}</p>
<p class="aside">Signed in ${instant(session.created_at)}${session.approval ? `, approved ${approvalWords[session.approval]}` : ''}</p></div>
<button class="plain small" name="session" value="${session.id}">Sign out<span class="hidden"> ${name}</span></button></li>`
}
