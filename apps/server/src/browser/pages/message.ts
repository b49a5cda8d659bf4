/** Pages that only say one thing: what happened, why, and a way on. */
import { html } from 'hono/html'
import type { BrowserDependencies } from '../dependencies.ts'
import type { Page } from '../respond.ts'
import { type Notice, noticePage } from './notice.ts'

const enterAgain = html`<a href="/device">Enter the code again</a>`
/** For what may happen on any page, and loading it again, or sending its form again, is what helps. */
const startOver = html`begin anew with <a href="/device">the code</a>`

const messages = {
  stale_form: {
    status: 403,
    title: 'This form is out of date',
    what: 'It was opened in another browser or too long ago, or your browser keeps no cookies. Nothing was changed.',
    next: html`${enterAgain}, or go to <a href="/account/sessions">your terminals</a>. Cookies must be allowed for this site.`,
  },
  bad_form: {
    status: 400,
    title: 'That form could not be read',
    what: 'What your browser sent is not what our form holds. Nothing was changed.',
    next: html`${enterAgain}.`,
  },
  form_too_large: {
    status: 413,
    title: 'That is too long',
    what: 'What your browser sent is far longer than a code. Nothing was changed.',
    next: html`${enterAgain}.`,
  },
  not_signed_in: {
    status: 403,
    title: 'You are not signed in here',
    what: 'This page belongs to a browser that has just signed in, and a session lasts only a short while. Nothing was changed.',
    next: html`To approve a terminal, <a href="/device">enter its code</a>. To see your terminals,
<a href="/account/sessions">sign in</a>.`,
  },
  unknown_request: {
    status: 404,
    title: 'There is no such request here',
    what: 'It is not one that you are deciding in this browser.',
    next: html`To approve a terminal, <a href="/device">enter its code</a>.`,
  },
  expired: {
    status: 410,
    title: 'The code has run out',
    what: 'The terminal’s request was not decided in time, so nothing was approved and the terminal has received nothing.',
    next: 'Run the command in your terminal again: it shows a new code.',
  },
  switched_off: {
    status: 503,
    title: 'No terminal can be signed in just now',
    what: 'The people who run this archive have switched that off for a while, so nothing was approved.',
    next: html`<a href="/account/sessions">Your terminals</a> go on as before. Run the command in your terminal again later; if you did not
start this request yourself, there is nothing to do.`,
  },
  wrong_method: {
    status: 405,
    title: 'That does not work here',
    what: 'This address does not take what your browser sent.',
    next: html`<a href="/">Go to the start page</a>.`,
  },
  no_convention: {
    status: 404,
    title: 'There is no such convention',
    what: 'None is registered at this address, or not in this version.',
    next: html`See <a href="/conventions">all conventions</a> of this archive.`,
  },
  not_this_machine: {
    status: 403,
    title: 'The development sign-in is for this machine only',
    what: 'Anyone can be anyone here, so it opens only in a browser on the machine that the node runs on, without a proxy between. Nothing was changed.',
    next: 'The people who run this node can set up an identity provider (OSA_ORCID_CLIENT_ID or OSA_OIDC_ISSUER).',
  },
  not_admin: {
    status: 403,
    title: 'This page is for administrators',
    what: 'You are signed in as somebody who is none at this archive. Nothing was changed.',
    next: html`See <a href="/account/sessions">your terminals</a>. The people who run the archive give roles.`,
  },
  own_role: {
    status: 409,
    title: 'Nobody changes their own role',
    what: 'Otherwise the last administrator could lock everybody out. Nothing was changed.',
    next: html`Ask another administrator. <a href="/admin/people">Back to people and roles</a>.`,
  },
  no_person: {
    status: 404,
    title: 'There is no such person here',
    what: 'Whom you meant has not signed in at this node, or is gone. Nothing was changed.',
    next: html`<a href="/admin/people">Back to people and roles</a>.`,
  },
  keys_staged: {
    status: 409,
    title: 'A rotation is under way',
    what: 'A new key is published and waits for its turn to sign. Nothing was changed.',
    next: html`<a href="/admin">See the keys</a>. If one has leaked, rotate at once there.`,
  },
  keys_other_secret: {
    status: 409,
    title: 'The keys were sealed under another secret',
    what: 'The node could not use a new one. Nothing was changed.',
    next: html`On the node’s machine, <code>osa-server doctor</code> says more. <a href="/admin">See the keys</a>.`,
  },
  not_found: {
    status: 404,
    title: 'There is no such page',
    what: 'The address may be mistyped, or the page may have moved.',
    next: html`<a href="/">Go to the start page</a> or <a href="/device">enter a code</a>.`,
  },
  defect: {
    status: 500,
    title: 'Something went wrong on our side',
    what: 'The archive could not do what you asked. It has been noted in the log.',
    next: html`Wait a moment and load this page again, or ${startOver}. If it happens again, tell the people who run this archive.`,
  },
} as const satisfies Record<string, Notice>

export const messagePage = (
  key: keyof typeof messages | 'foreign_form',
  { publicUrl }: Pick<BrowserDependencies, 'publicUrl'>,
): Page => noticePage(key === 'foreign_form' ? foreignForm(publicUrl) : messages[key])

/** Also what a developer meets who opens the node under another name than its public one, such as 127.0.0.1. */
const foreignForm = ({ origin }: URL): Notice => ({
  status: 403,
  title: 'This form came from elsewhere',
  what: 'Your browser says that another site sent it, so it was not accepted. Nothing was changed.',
  next: html`This archive lives at <a href="${origin}/device">${origin}</a>; open it there.`,
})

/** The database cannot be reached: worth another try soon. */
export const unavailablePage: Page = {
  ...noticePage({
    status: 503,
    title: 'The archive is resting',
    what: 'It cannot reach its database just now, so it could not do what you asked.',
    next: html`Wait a moment and load this page again, or ${startOver}.`,
  }),
  headers: { 'Retry-After': '5' },
}
