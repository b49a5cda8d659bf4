/** `/development/sign-in`: replaces the pages of an identity provider during development. Routed only if it is configured. */
import { storedText } from '@osa/core'
import type { DevelopmentRequest, DevelopmentSignIn } from '../identity/development.ts'
import { developmentPeople } from '../identity/development-people.ts'
import { isOrcidId } from '../identity/orcid.ts'
import { readCookie } from './cookies.ts'
import type { BrowserDependencies, PageContext } from './dependencies.ts'
import { guardedForm } from './form-guard.ts'
import { developmentPage } from './pages/development.ts'
import { messagePage } from './pages/message.ts'
import { seeOther, showPage } from './respond.ts'

const requestOf = (c: PageContext): DevelopmentRequest => ({
  state: c.req.query('state') ?? '',
  request: c.req.query('request') ?? '',
})
const stepOf = ({ state }: DevelopmentRequest) => `development:${state}`

export const showDevelopmentSignIn =
  (deps: BrowserDependencies, development: DevelopmentSignIn) => async (c: PageContext) => {
    const request = requestOf(c)
    const browser = readCookie(c, 'browser', deps.publicUrl)
    if (!browser || !development.isRequest(request)) return showPage(c, deps, messagePage('stale_form', deps))
    return render(c, deps, { browser, request, refused: false })
  }

export const takeDevelopmentPerson =
  (deps: BrowserDependencies, development: DevelopmentSignIn) => async (c: PageContext) => {
    const request = requestOf(c)
    const binding = readCookie(c, 'browser', deps.publicUrl)
    const submitted = await guardedForm(c, deps, { binding, step: stepOf(request) })
    if (submitted instanceof Response) return submitted
    const { form, binding: browser } = submitted
    if (!development.isRequest(request)) return showPage(c, deps, messagePage('stale_form', deps))
    const choice = form.get('person') ?? ''
    if (choice === 'deny') return seeOther(c, deps, development.deny(request))
    const person = developmentPeople.find(({ subject }) => subject === choice) ?? typedPerson(form)
    return person
      ? seeOther(c, deps, development.grant(request, person))
      : render(c, deps, { browser, request, refused: true })
  }

function render(
  c: PageContext,
  deps: BrowserDependencies,
  { browser, request, refused }: { browser: string; request: DevelopmentRequest; refused: boolean },
) {
  const formToken = deps.auth.formToken(browser, stepOf(request))
  return showPage(c, deps, developmentPage({ formToken, request, people: developmentPeople, refused }))
}

function typedPerson(form: ReadonlyMap<string, string>) {
  const subject = (form.get('subject') ?? '').trim().toUpperCase()
  return isOrcidId(subject) ? { subject, name: storedText(form.get('name'), 100) } : null
}
