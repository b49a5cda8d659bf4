/** Pages with a single message: what happened, why, and what to do next. */
import { html } from 'hono/html'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { BrowserDependencies } from '../dependencies.ts'
import type { Html, Page } from '../respond.ts'
import { alert, duration } from './parts.ts'

export interface Notice {
  readonly status: ContentfulStatusCode
  readonly title: string
  readonly what: string
  /** What to do next. */
  readonly next: Html | string
}

export const noticePage = ({ status, title, what, next }: Notice): Page => ({
  title,
  status,
  content: html`<section class="sheet">
<h1>${title}</h1>
${alert(what)}
<p>${next}</p>
</section>`,
})

const enterAgain = html`<a href="/device">Enter the code again</a>`
/** For errors that can occur on any page; loading it or sending its form again may help. */
const startOver = html`<a href="/device">start again with the code</a>`

const messages = {
  stale_form: {
    status: 403,
    title: 'This form is out of date',
    what: 'It was opened in another browser or too long ago, or your browser does not keep cookies. Nothing was changed.',
    next: html`${enterAgain}, or go to <a href="/account/sessions">your terminals</a>. Your browser must allow cookies for this site.`,
  },
  bad_form: {
    status: 400,
    title: 'That form could not be read',
    what: 'The data that your browser sent does not match our form. Nothing was changed.',
    next: html`${enterAgain}.`,
  },
  form_too_large: {
    status: 413,
    title: 'That is too long',
    what: 'The data that your browser sent is far longer than a code. Nothing was changed.',
    next: html`${enterAgain}.`,
  },
  not_signed_in: {
    status: 403,
    title: 'You are not signed in here',
    what: 'This page works only in a browser that has signed in, and only for a short time after that. Nothing was changed.',
    next: html`To approve a terminal, <a href="/device">enter its code</a>. To see your terminals,
<a href="/account/sessions">sign in</a>.`,
  },
  unknown_request: {
    status: 404,
    title: 'There is no such request here',
    what: 'No request at this address is waiting for your decision in this browser.',
    next: html`To approve a terminal, <a href="/device">enter its code</a>.`,
  },
  expired: {
    status: 410,
    title: 'The code has expired',
    what: 'The terminal’s request was not approved or denied in time, so the terminal has received nothing.',
    next: 'Run the command in your terminal again to get a new code.',
  },
  switched_off: {
    status: 503,
    title: 'Terminals cannot sign in right now',
    what: 'The people who run this archive have turned off signing in from terminals for a while, so nothing was approved.',
    next: html`<a href="/account/sessions">Your signed-in terminals</a> still work. Run the command in your terminal again later. If you did
not start this request yourself, you do not need to do anything.`,
  },
  wrong_method: {
    status: 405,
    title: 'That does not work here',
    what: 'This address does not accept this kind of request.',
    next: html`<a href="/">Go to the start page</a>.`,
  },
  no_convention: {
    status: 404,
    title: 'There is no such convention',
    what: 'No convention is registered at this address, or it has no such version.',
    next: html`See <a href="/conventions">all conventions</a> of this archive.`,
  },
  not_this_machine: {
    status: 403,
    title: 'The development sign-in is for this machine only',
    what: 'It lets anyone sign in as anyone, so it opens only in a browser on the machine that runs the node, and not through a proxy. Nothing was changed.',
    next: 'The people who run this node can set up an identity provider (OSA_ORCID_CLIENT_ID or OSA_OIDC_ISSUER).',
  },
  not_admin: {
    status: 403,
    title: 'This page is for administrators',
    what: 'The account you are signed in with is not an administrator of this archive. Nothing was changed.',
    next: html`See <a href="/account/sessions">your terminals</a>. The people who run the archive assign roles.`,
  },
  own_role: {
    status: 409,
    title: 'You cannot change your own role',
    what: 'Otherwise the last administrator could lock everyone out. Nothing was changed.',
    next: html`Ask another administrator. <a href="/admin/people">Back to people and roles</a>.`,
  },
  no_person: {
    status: 404,
    title: 'There is no such person here',
    what: 'That person has not signed in to this node, or has been removed. Nothing was changed.',
    next: html`<a href="/admin/people">Back to people and roles</a>.`,
  },
  keys_staged: {
    status: 409,
    title: 'A key rotation is in progress',
    what: 'A new key is published and will start signing soon. Nothing was changed.',
    next: html`<a href="/admin">See the keys</a>. If a key has leaked, you can rotate at once there.`,
  },
  keys_other_secret: {
    status: 409,
    title: 'The keys were encrypted with another secret',
    what: 'The node could not use a new key. Nothing was changed.',
    next: html`Run <code>osa-server doctor</code> on the node’s machine for details. <a href="/admin">See the keys</a>.`,
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
    what: 'The archive could not do what you asked. The error has been logged.',
    next: html`Wait a moment and load this page again, or ${startOver}. If it happens again, tell the people who run this archive.`,
  },
} as const satisfies Record<string, Notice>

export const messagePage = (
  key: keyof typeof messages | 'foreign_form',
  { publicUrl }: Pick<BrowserDependencies, 'publicUrl'>,
): Page => noticePage(key === 'foreign_form' ? foreignForm(publicUrl) : messages[key])

/** Developers also see this page when they open the node at an address other than its public one, such as 127.0.0.1. */
const foreignForm = ({ origin }: URL): Notice => ({
  status: 403,
  title: 'This form came from another site',
  what: 'Your browser says that another site sent it, so it was not accepted. Nothing was changed.',
  next: html`The address of this archive is <a href="${origin}/device">${origin}</a>: open it there.`,
})

/** Shown while the database cannot be reached; asks to retry in 5 s. */
export const unavailablePage: Page = {
  ...noticePage({
    status: 503,
    title: 'The archive is not available right now',
    what: 'It cannot reach its database, so it could not do what you asked.',
    next: html`Wait a moment and load this page again, or ${startOver}.`,
  }),
  headers: { 'Retry-After': '5' },
}

/** Shown after too many wrong codes; says when to try again. */
export const limitedPage = (retryAfterSeconds: number): Page => ({
  title: 'Please wait a little',
  status: 429,
  headers: { 'Retry-After': String(retryAfterSeconds) },
  content: html`<section class="sheet">
<h1>Please wait a little</h1>
${alert('Too many codes have been tried from here. For now, no code is accepted, not even a correct one.')}
<p>This keeps others from guessing codes. Try again in about ${duration(Math.max(60, Math.ceil(retryAfterSeconds / 60) * 60))}. If your
code has expired by then, run the command in your terminal again to get a new one.</p>
<p><a href="/device">Back to the code</a></p>
</section>`,
})
