/** `/admin/sessions`: the terminals of all people, newest first. */
import type { Session } from '@osa/contract'
import type { Person } from '@osa/core'
import { html } from 'hono/html'
import type { Listed, PersonFilter } from '../../admin/list-query.ts'
import type { Html, Page } from '../../respond.ts'
import { cross } from '../marks.ts'
import { breakable, foreign, hiddenFields, hiddenToken, instant } from '../parts.ts'
import { adminPage, filterField, filterForm, pager, personFilterProblem, personOf } from './frame.ts'

type Row = { readonly session: Session; readonly person: Person | null }

export interface AdminSessionsPage {
  readonly filter: string | null
  readonly wanted: PersonFilter
  readonly list: Listed<Row>
  /** The position of this page in the list, for its forms; null on the first page. */
  readonly before: string | null
  readonly next: string | null
  readonly formToken: string
}

export function adminSessionsPage(view: AdminSessionsPage): Page {
  const { filter, wanted, list, before, next } = view
  return adminPage(
    'sessions',
    wanted.person ? 'Sessions of one person' : 'Sessions',
    html`${filterForm('/admin/sessions', filterField('person', 'Person: name, ORCID iD or id', filter), filter !== null)}
${personFilterProblem(wanted, filter)}
${wanted.person ? ofOne(view, wanted.person) : ''}
${list.rows.length > 0 ? html`<ul class="terminals">${list.rows.map((row) => terminal(view, row))}</ul>` : ''}
${list.rows.length === 0 && wanted.problem === null ? html`<p>No terminal is signed in here.</p>` : ''}
${pager(next, before === null, `/admin/sessions${filter === null ? '' : `?${new URLSearchParams({ person: filter })}`}`)}`,
  )
}

/** The hidden fields that return a form to this page of the list. */
const carried = ({ filter, before, formToken }: AdminSessionsPage): Html =>
  html`${hiddenToken(formToken)}${hiddenFields({ person: filter, before })}`

const ofOne = (
  view: AdminSessionsPage,
  person: Person,
): Html => html`<div class="person"><p>${personOf(person, null)}</p>
<form method="post" action="/admin/sessions">${carried(view)}
<button class="danger small" name="all_of" value="${person.user.id}">${cross}End all sessions</button></form></div>
<p class="faded">This ends all their sessions, approved codes, sign-ins in progress and signed-in browsers: everything that acts, or could soon
act, as this person.</p>`

function terminal(view: AdminSessionsPage, { session, person }: Row): Html {
  const { id, device_name, client_name, ip } = session
  const name = device_name === null ? 'Unnamed device' : foreign(device_name)
  return html`<li><div class="what"><h2>${name}</h2>
<p>${personOf(person, null)}</p>
<p>${client_name} <span class="aside">from ${ip === null ? 'an unknown address' : breakable(ip)}</span></p>
<p class="aside">Last used ${instant(session.last_used_at)} · signed in ${instant(session.created_at)}</p></div>
<form method="post" action="/admin/sessions">${carried(view)}
<button class="plain small" name="session" value="${id}">End<span class="hidden"> the session of ${name}</span></button></form></li>`
}
