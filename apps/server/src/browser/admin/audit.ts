/** `/admin/audit`: lists audit events, newest first, filtered by person, device, address and event. */
import { auditEvents } from '@osa/core'
import { withNames } from '../../operator/audit/event.ts'
import type { BrowserDependencies, PageContext } from '../dependencies.ts'
import { adminAuditPage } from '../pages/admin/audit.ts'
import { showPage } from '../respond.ts'
import { admitted } from './entrance.ts'
import { addressOf, findPersonFilter, pageOf, readCursor, readFilter, rowsPerPage } from './list-query.ts'

export const showAdminAudit = (deps: BrowserDependencies) => async (c: PageContext) => {
  const { administration } = deps.auth
  const browser = await admitted(c, deps)
  if (browser instanceof Response) return browser
  const read = (name: string) => c.req.query(name)
  const filters = {
    person: readFilter(read, 'person'),
    device: readFilter(read, 'device'),
    address: readFilter(read, 'address'),
    event: auditEvents.find((known) => known === read('event')) ?? null,
  }
  const [wanted, before] = [await findPersonFilter(administration, filters.person), readCursor(read)]
  const { userId } = wanted
  const query = {
    limit: rowsPerPage + 1,
    ...(userId === null ? {} : { person: { userId } }),
    ...(filters.device === null ? {} : { device: filters.device }),
    ...(filters.address === null ? {} : { ip: filters.address }),
    ...(filters.event === null ? {} : { event: filters.event }),
    ...(before ? { before: { at: before.createdAt, id: before.id } } : {}),
  }
  const found = wanted.problem === null ? ((await administration.listAudit(query)) ?? []) : []
  const { rows, next } = pageOf(found, ({ at: createdAt, id }) => ({ createdAt, id }))
  const events = await withNames(administration, rows)
  const onward = next && addressOf('/admin/audit', { ...filters, before: next })
  return showPage(c, deps, adminAuditPage({ filters, wanted, events, next: onward, isFirst: !before }))
}
