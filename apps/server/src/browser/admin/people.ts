/** `/admin/people`: lists the people who have signed in here, and changes their roles. */
import { roles } from '@osa/contract'
import type { BrowserDependencies, PageContext } from '../dependencies.ts'
import { adminPeoplePage } from '../pages/admin/people.ts'
import { messagePage } from '../pages/message.ts'
import { seeOther, showPage } from '../respond.ts'
import { adminForm, admitted, refuse } from './entrance.ts'
import { addressOf, cursorFrom, pageOf, readCursor, readFilter, rowsPerPage } from './list-query.ts'

const path = '/admin/people'
const step = 'admin-people'

export const showAdminPeople = (deps: BrowserDependencies) => async (c: PageContext) => {
  const { administration, formToken } = deps.auth
  const browser = await admitted(c, deps)
  if (browser instanceof Response) return browser
  const read = (name: string) => c.req.query(name)
  const [search, before] = [readFilter(read, 'search'), readCursor(read)]
  const found = await administration.listPeople({
    limit: rowsPerPage + 1,
    ...(search === null ? {} : { search }),
    ...(before ? { before } : {}),
  })
  const { rows, next } = pageOf(found, ({ user }) => user)
  const people = rows.map((person) => ({ person, role: administration.roleOf(person) }))
  return showPage(
    c,
    deps,
    adminPeoplePage({
      search,
      people,
      ownId: browser.user.id,
      before: cursorFrom(read),
      next: next && addressOf(path, { search, before: next }),
      formToken: formToken(browser.session.id, step),
    }),
  )
}

export const changeRole = (deps: BrowserDependencies) => async (c: PageContext) => {
  const submitted = await adminForm(c, deps, step)
  if (submitted instanceof Response) return submitted
  const { by, form } = submitted
  const role = roles.find((known) => known === form.get('role'))
  if (!role) return showPage(c, deps, messagePage('bad_form', deps))
  const outcome = await deps.auth.administration.setRole({ ...by, userId: form.get('person') ?? '', role })
  if (outcome === 'own_role' || outcome === 'unknown') {
    return showPage(c, deps, messagePage(outcome === 'unknown' ? 'no_person' : outcome, deps))
  }
  if (outcome !== 'done') return refuse(c, deps, outcome, by.browser)
  const read = (name: string) => form.get(name)
  return seeOther(c, deps, addressOf(path, { search: readFilter(read, 'search'), before: cursorFrom(read) }))
}
