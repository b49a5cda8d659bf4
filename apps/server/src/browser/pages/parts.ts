/** Small pieces that several pages share. */
import type { IdentityProvider, LinkedIdentity, SignedInBrowser, User } from '@osa/core'
import { html } from 'hono/html'
import { formTokenField } from '../form-fields.ts'
import type { Html } from '../respond.ts'
import { cut } from './convention-words.ts'
import { orcidMark } from './marks.ts'

export const hiddenToken = (token: string): Html =>
  html`<input type="hidden" name="${formTokenField}" value="${token}">`

/** Fields that a form sends back unchanged; fields without a value are left out. */
export const hiddenFields = (fields: Readonly<Record<string, string | null>>): Html =>
  html`${Object.entries(fields).map(([name, value]) =>
    value === null ? '' : html`<input type="hidden" name="${name}" value="${value}">`,
  )}`

/** One submit button for each provider. Enter presses the first. */
export const providerButtons = (providers: readonly IdentityProvider[], verb: string): Html =>
  html`${providers.map(
    ({ id, name }, index) =>
      html`<button class="wide${id === 'orcid' ? ' with-orcid' : index === 0 ? '' : ' plain'}" name="provider" value="${id}">${id === 'orcid' ? orcidMark : ''}${verb} with ${name}</button>`,
  )}`

/** A name that may wrap after each of its words: after `_`, after `:`, and after a sign between two letters. */
export const breakable = (name: string): Html =>
  html`${name.split(/(?<=[_:])|(?<=[a-z][.@/-])(?=[a-z])/i).map((part, index) => html`${index === 0 ? '' : html`<wbr>`}${part}`)}`

/** Untrusted text, in quotation marks that it cannot close, in its own typeface, and isolated from the direction of the text around it. */
export const foreign = (text: string): Html =>
  html`<q class="foreign"><bdi>${breakable(text.replaceAll(/["\u201C-\u201F\u00AB\u00BB]/g, "'"))}</bdi></q>`

/** A table that scrolls by itself on narrow screens, also with the keyboard, so that the page need not. */
export const scrolling = (label: string, table: Html): Html =>
  html`<p class="scroll-hint" aria-hidden="true">Scroll the table sideways to see the rest.</p>
<div class="scroll" role="region" aria-label="${label}" tabindex="0">${table}</div>`

/** The content of an empty table cell. */
export const nothing = html`<span aria-hidden="true">–</span><span class="hidden">none</span>`

/** A problem, announced and focused when the page opens, without a script. */
export const alert = (text: Html | string): Html =>
  html`<div class="note" role="alert" tabindex="-1" autofocus><p>${text}</p></div>`

const shownNameLength = 50

/** A person's name and their identifier at the identity provider, such as an ORCID iD. */
export const nameWithId = (user: Pick<User, 'displayName'>, identity: LinkedIdentity): Html =>
  html`<strong>${cut(user.displayName ?? 'No public name', shownNameLength)}</strong> <span class="iD">${identity.provider === 'orcid' ? orcidMark : ''}${identity.subject}</span>`

/** Says who is signed in, as the identity provider names them. */
export const signedInAs = ({ user, identity }: SignedInBrowser): Html =>
  html`<p>Signed in as ${nameWithId(user, identity)}</p>`

/** A date and time in UTC, in a form that people everywhere read the same way. */
export const instant = (at: Date): Html => html`<time datetime="${at.toISOString()}">${format.format(at)} UTC</time>`

/** A date in UTC, in a form that people everywhere read the same way. */
export const day = (at: Date): Html => html`<time datetime="${at.toISOString()}">${dayFormat.format(at)}</time>`

const dayFormat = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' })

const format = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' })

/** "15 minutes", "30 days": in the largest unit that fits at least twice or exactly, rounded. */
export function duration(seconds: number): string {
  const [size, unit] =
    units.find(([size]) => seconds >= size * 2 || (seconds >= size && seconds % size === 0)) ?? ([1, 'second'] as const)
  const count = Math.round(seconds / size)
  return `${count} ${unit}${count === 1 ? '' : 's'}`
}

const units = [
  [86_400, 'day'],
  [3_600, 'hour'],
  [60, 'minute'],
] as const
