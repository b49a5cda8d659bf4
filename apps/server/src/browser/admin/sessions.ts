/** `/admin/sessions`: lists the sessions of everyone or of one person, and ends one of them or all of a person's. */
import type { BrowserDependencies, PageContext } from '../dependencies.ts'
import { adminSessionsPage } from '../pages/admin/sessions.ts'
import { messagePage } from '../pages/message.ts'
import { seeOther, showPage } from '../respond.ts'
import { adminForm, admitted, refuse } from './entrance.ts'
import { addressOf, cursorFrom, findPersonFilter, pageOf, readCursor, readFilter, rowsPerPage } from './list-query.ts'

const path = '/admin/sessions'
const step = 'admin-sessions'

export const showAdminSessions = (deps: BrowserDependencies) => async (c: PageContext) => {
  const { administration, formToken } = deps.auth
  const browser = await admitted(c, deps)
  if (browser instanceof Response) return browser
  const read = (name: string) => c.req.query(name)
  const filter = readFilter(read, 'person')
  const wanted = await findPersonFilter(administration, filter)
  const before = readCursor(read)
  const query = { userId: wanted.userId, limit: rowsPerPage + 1, ...(before ? { before } : {}) }
  const found = wanted.problem === null ? await administration.listSessions(query) : []
  const list = pageOf(found, ({ session: { created_at: createdAt, id } }) => ({ createdAt, id }))
  const page = { filter, wanted, list, before: cursorFrom(read), formToken: formToken(browser.session.id, step) }
  return showPage(c, deps, adminSessionsPage({ ...page, next: list.next && nextOf(filter, list.next) }))
}

const nextOf = (person: string | null, before: string): string => addressOf(path, { person, before })

/** Ends the session that the pressed button names, or all sessions of a person. */
export const endAdminSessions = (deps: BrowserDependencies) => async (c: PageContext) => {
  const submitted = await adminForm(c, deps, step)
  if (submitted instanceof Response) return submitted
  const { by, form } = submitted
  const { administration } = deps.auth
  const [sessionId, userId] = [form.get('session'), form.get('all_of')]
  if ((sessionId === undefined) === (userId === undefined)) return showPage(c, deps, messagePage('bad_form', deps))
  const outcome =
    sessionId === undefined
      ? await administration.endSessionsOf({ ...by, userId: userId ?? '' })
      : await administration.endSession({ ...by, sessionId })
  // a session that has already ended is as requested
  if (outcome !== 'done' && outcome !== 'unknown') return refuse(c, deps, outcome, by.browser)
  const read = (name: string) => form.get(name)
  return seeOther(c, deps, addressOf(path, { person: readFilter(read, 'person'), before: cursorFrom(read) }))
}
