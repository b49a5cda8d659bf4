/** `/account/sessions`: the terminals signed in as this person, with forms to name each and sign it out. */
import type { Approval, Session } from '@osa/contract'
import type { SignedInBrowser } from '@osa/core'
import { html } from 'hono/html'
import type { Html, Page } from '../respond.ts'
import { count } from './convention-words.ts'
import { cross } from './marks.ts'
import { breakable, foreign, hiddenToken, instant, signedInAs } from './parts.ts'

export interface SessionsPage {
  readonly browser: SignedInBrowser
  readonly sessions: readonly Session[]
  /** When this person last saw this page; null on the first visit. */
  readonly seenAt: Date | null
  readonly revokeToken: string
  readonly nameToken: string
  readonly signOutToken: string
}

export const sessionsPage = (view: SessionsPage): Page => ({
  title: 'Your terminals',
  content: html`<section class="sheet">
<h1>Your terminals</h1>
<form class="person" method="post" action="/account/sign-out">
${hiddenToken(view.signOutToken)}${signedInAs(view.browser)}
<button class="plain small">Sign out of this page</button>
</form>
${view.browser.role === 'admin' ? html`<p><a href="/admin">Administer this node</a></p>` : ''}
${newSignIns(newSince(view.sessions, view.seenAt))}
${view.sessions.length === 0 ? none : list(view)}
</section>`,
})

/** The sessions that started after `seenAt`. None on a first visit, when all would be new. */
export const newSince = (sessions: readonly Session[], seenAt: Date | null): readonly Session[] =>
  seenAt === null ? [] : sessions.filter(({ created_at }) => created_at > seenAt)

const newSignIns = (sessions: readonly Session[]): Html | '' =>
  sessions.length === 0
    ? ''
    : html`<div class="note news" role="status"><p><strong>New since your last visit: ${count(sessions.length, 'terminal')}.</strong> Sign out
any that you did not sign in yourself.</p></div>`

const none = html`<p>No terminal is signed in as you. When you run <code>osa login</code> and approve the request, the terminal appears here.</p>`

function list(view: SessionsPage): Html {
  const { sessions, seenAt, revokeToken } = view
  const news = new Set(newSince(sessions, seenAt))
  return html`<p>These can act in your name. Sign out any that you do not recognise or no longer use. This takes effect at once.</p>
<ul class="terminals">${sessions.map((session) => terminal(view, session, news.has(session)))}</ul>
${
  sessions.length > 1
    ? html`<form method="post" action="/account/sessions">${hiddenToken(revokeToken)}
<button class="danger" name="session" value="all">${cross}Sign out all terminals</button></form>`
    : ''
}`
}

const approvalWords: Readonly<Record<Approval, string>> = {
  same_computer: 'on the same computer',
  typed: 'by typing its code',
  prefilled: 'from a link that contained its code',
}

function terminal({ revokeToken, nameToken }: SessionsPage, session: Session, isNew: boolean): Html {
  const { id, device_name, client_name, ip, approval } = session
  const name = device_name === null ? 'Unnamed device' : foreign(device_name)
  return html`<li><div class="what"><h2>${name}${isNew ? html` <span class="new">New</span>` : ''}</h2>
<p>${client_name} <span class="aside">from ${ip === null ? 'an unknown address' : breakable(ip)}</span></p>
<p class="aside">Last used ${instant(session.last_used_at)}</p>
<p class="aside">Signed in ${instant(session.created_at)}${approval ? `, approved ${approvalWords[approval]}` : ''}</p></div>
<form method="post" action="/account/sessions">${hiddenToken(revokeToken)}
<button class="plain small" name="session" value="${id}">Sign out<span class="hidden"> ${name}</span></button></form>
<details><summary>Rename<span class="hidden"> ${name}</span></summary>
<form class="row" method="post" action="/account/sessions/name">${hiddenToken(nameToken)}
<label class="hidden" for="name-${id}">Name</label>
<input type="text" id="name-${id}" name="name" value="${device_name ?? ''}" maxlength="64" autocomplete="off">
<button class="plain small" name="session" value="${id}">Save name<span class="hidden"> of ${name}</span></button></form></details></li>`
}
