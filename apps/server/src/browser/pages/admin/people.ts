/** `/admin/people`: people and their roles, newest first. */
import { type Role, roles } from '@osa/contract'
import type { Person } from '@osa/core'
import { html } from 'hono/html'
import type { Html, Page } from '../../respond.ts'
import { day, hiddenFields, hiddenToken } from '../parts.ts'
import { adminPage, filterField, filterForm, pager, personOf } from './frame.ts'

export interface AdminPeoplePage {
  readonly search: string | null
  /** `role` is the role in effect, which the settings of the node may set. */
  readonly people: readonly { readonly person: Person; readonly role: Role }[]
  /** The id of the administrator who is signed in. */
  readonly ownId: string
  readonly before: string | null
  readonly next: string | null
  readonly formToken: string
}

export function adminPeoplePage(view: AdminPeoplePage): Page {
  const { search, people, before, next } = view
  return adminPage(
    'people',
    'People and roles',
    html`${filterForm('/admin/people', filterField('search', 'Part of a name or ORCID iD', search), search !== null)}
<p class="faded">Publishers can register conventions. Administrators can also use this page. A change takes effect at the next request.</p>
${
  people.length === 0
    ? html`<p>Nobody who has signed in here matches.</p>`
    : html`<ul class="terminals">${people.map((entry) => row(view, entry))}</ul>`
}
${pager(next, before === null, `/admin/people${search === null ? '' : `?${new URLSearchParams({ search })}`}`)}`,
  )
}

const roleNames: Readonly<Record<Role, string>> = { user: 'User', publisher: 'Publisher', admin: 'Administrator' }

function row(view: AdminPeoplePage, { person, role }: AdminPeoplePage['people'][number]): Html {
  const { user } = person
  const query = new URLSearchParams({ person: user.id })
  return html`<li><div class="what"><p>${personOf(person, user.id)}</p>
<p><span class="role ${role}">${roleNames[role]}</span>${role === user.role ? '' : html` <span class="aside">set by the settings of the node</span>`}
${user.disabledAt === null ? '' : html` <span class="aside">disabled</span>`}</p>
<p class="aside">First signed in on ${day(user.createdAt)} · <a href="/admin/sessions?${query}">Sessions<span class="hidden"> of ${nameOf(person)}</span></a> ·
<a href="/admin/audit?${query}">Audit<span class="hidden"> of ${nameOf(person)}</span></a></p></div>
${user.id === view.ownId ? html`<p class="aside">This is you. Only another administrator can change your role.</p>` : change(view, person)}</li>`
}

const nameOf = ({ user, identities }: Person): string => user.displayName ?? identities[0]?.subject ?? user.id

const change = ({ search, before, formToken }: AdminPeoplePage, person: Person): Html =>
  html`<form class="row" method="post" action="/admin/people">${hiddenToken(formToken)}${hiddenFields({ person: person.user.id, search, before })}
${roles
  .filter((role) => role !== person.user.role)
  .map(
    (role) =>
      html`<button class="plain small" name="role" value="${role}"><span>Make <span class="hidden">${nameOf(person)} </span>${
        role === 'admin' ? 'administrator' : role
      }</span></button>`,
  )}</form>`
