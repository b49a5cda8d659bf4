/** `/admin/audit`: events as a table, newest first. */
import { type AuditEventName, auditEvents } from '@osa/core'
import { html } from 'hono/html'
import type { NamedEvent } from '../../../operator/audit/event.ts'
import type { PersonFilter } from '../../admin/list-query.ts'
import { addressOf } from '../../admin/list-query.ts'
import type { Html, Page } from '../../respond.ts'
import { breakable, nothing, scrolling } from '../parts.ts'
import { adminPage, filterField, filterForm, pager, personFilterProblem, personOf } from './frame.ts'

export interface AdminAuditPage {
  readonly filters: {
    readonly person: string | null
    readonly device: string | null
    readonly address: string | null
    readonly event: AuditEventName | null
  }
  readonly wanted: PersonFilter
  readonly events: readonly NamedEvent[]
  readonly next: string | null
  readonly isFirst: boolean
}

export const adminAuditPage = ({ filters, wanted, events, next, isFirst }: AdminAuditPage): Page =>
  adminPage(
    'audit',
    'Audit',
    html`${filterForm(
      '/admin/audit',
      fields(filters),
      Object.values(filters).some((value) => value !== null),
    )}
${personFilterProblem(wanted, filters.person)}
${wanted.problem === null ? found(events) : ''}
${pager(next, isFirst, addressOf('/admin/audit', { ...filters }))}`,
  )

const fields = ({ person, device, address, event }: AdminAuditPage['filters']): Html =>
  html`${filterField('person', 'Person: name, ORCID iD or id', person)}
${filterField('device', 'Device: name or id', device)}
${filterField('address', 'Address', address)}
<div><label for="filter-event">Event</label>
<select id="filter-event" name="event"><option value="">Any</option>${auditEvents.map(
    (name) => html`<option${name === event ? html` selected` : ''}>${name}</option>`,
  )}</select></div>`

const found = (events: readonly NamedEvent[]): Html =>
  events.length === 0
    ? html`<p>No event in the audit matches.</p>`
    : scrolling(
        'Events',
        html`<table>
<thead><tr><th scope="col">Time (UTC)</th><th scope="col">Event</th><th scope="col">Person</th><th scope="col">Address</th>
<th scope="col">Client</th><th scope="col">Detail</th></tr></thead>
<tbody>${events.map(row)}</tbody>
</table>`,
      )

const row = ({ event: { at, event, outcome, userId, clientId, ip, detail }, person }: NamedEvent): Html =>
  html`<tr><td><time datetime="${at.toISOString()}">${at.toISOString().slice(0, 10)} ${at.toISOString().slice(11, 19)}</time></td>
<th scope="row">${breakable(event)}${outcome === 'ok' ? '' : html` <span class="role">refused</span>`}</th>
<td>${userId === null ? nothing : personOf(person, userId)}</td><td>${ip === null ? nothing : breakable(ip)}</td>
<td>${clientId ?? nothing}</td><td class="prose">${detail ?? nothing}</td></tr>`
