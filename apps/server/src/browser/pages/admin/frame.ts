/** What the parts of the admin page share: the tabs, the filter of a list, and the links to its next page. */
import type { Person } from '@osa/core'
import { html } from 'hono/html'
import type { PersonFilter } from '../../admin/list-query.ts'
import type { Html, Page } from '../../respond.ts'
import { alert, nameWithId } from '../parts.ts'

const parts = { node: '/admin', sessions: '/admin/sessions', people: '/admin/people', audit: '/admin/audit' } as const

const labels: Readonly<Record<keyof typeof parts, string>> = {
  node: 'Node',
  sessions: 'Sessions',
  people: 'People',
  audit: 'Audit',
}

/** One part of the admin page. */
export const adminPage = (part: keyof typeof parts, title: string, content: Html): Page => ({
  title,
  content: html`<section class="sheet folio">
<p class="eyebrow">Administration</p>
<nav class="tabs" aria-label="Administration">${(Object.keys(parts) as (keyof typeof parts)[]).map(
    (name) => html`<a href="${parts[name]}"${name === part ? html` aria-current="page"` : ''}>${labels[name]}</a>`,
  )}</nav>
<h1>${title}</h1>
${content}
</section>`,
})

/** A labelled field of a filter, which keeps the typed text. */
export const filterField = (name: string, label: string, value: string | null): Html =>
  html`<div><label for="filter-${name}">${label}</label>
<input type="text" id="filter-${name}" name="${name}" value="${value ?? ''}" maxlength="200" autocomplete="off" spellcheck="false"></div>`

/** A filter changes only the address, so it uses GET and needs no form token. */
export const filterForm = (path: string, fields: Html, isSet: boolean): Html =>
  html`<form class="filters" method="get" action="${path}" role="search">${fields}
<div class="row"><button class="plain small">Show</button>${isSet ? html`<a href="${path}">Show everything</a>` : ''}</div></form>`

/** Says why there is no list for the person in the filter. */
export function personFilterProblem({ problem }: PersonFilter, text: string | null): Html | '' {
  if (problem === null) return ''
  return problem === 'nobody'
    ? alert(html`Nobody called “${text}” has signed in here.`)
    : alert(html`“${text}” matches several people: <a href="/admin/people?${new URLSearchParams({ search: text ?? '' })}">see
them all</a> and choose one.`)
}

export const pager = (next: string | null, isFirst: boolean, first: string): Html | '' =>
  next === null && isFirst
    ? ''
    : html`<nav class="row pager" aria-label="Pages of the list">${isFirst ? '' : html`<a href="${first}">Newest</a>`}
${next === null ? '' : html`<a href="${next}" rel="next">Older</a>`}</nav>`

/** A person's name and ORCID iD, or whichever of them is known. */
export function personOf(person: Person | null, otherwise: string | null): Html | string {
  const [identity] = person?.identities ?? []
  if (person && identity) return nameWithId(person.user, identity)
  return person?.user.displayName ?? otherwise ?? '–'
}
