/**
 * Stands before every form of the pages (D05, D06): the form token ties a form to its browser and step; what the browser says about where
 * the request came from is a second layer, which absent headers pass, since older browsers send none.
 */
import type { BrowserDependencies, PageContext } from './dependencies.ts'
import { type FormFault, readPageForm } from './form.ts'
import { formTokenField } from './form-fields.ts'
import { messagePage } from './pages/message.ts'
import { showPage } from './respond.ts'

/** The fields of a form that `binding` was given for this step, beside it; otherwise the page that says why not. */
export async function guardedForm<Binding extends string>(
  c: PageContext,
  deps: BrowserDependencies,
  { binding, step }: { binding: Binding | null; step: string },
): Promise<{ form: ReadonlyMap<string, string>; binding: Binding } | Response> {
  if (isForeign(c, deps.publicUrl)) return showPage(c, deps, messagePage('foreign_form', deps))
  const form = await readPageForm(c)
  if (typeof form === 'string') return showPage(c, deps, messagePage(faultPages[form], deps))
  const token = form.get(formTokenField) ?? ''
  if (binding !== null && deps.auth.verifyFormToken(binding, step, token)) return { form, binding }
  return showPage(c, deps, messagePage('stale_form', deps))
}

const faultPages = {
  too_large: 'form_too_large',
  not_a_form: 'bad_form',
  repeated_field: 'bad_form',
} as const satisfies Record<FormFault, string>

function isForeign(c: PageContext, publicUrl: URL): boolean {
  const site = c.req.header('sec-fetch-site')
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return true
  const origin = c.req.header('origin')
  if (origin === undefined || origin === publicUrl.origin) return false
  // a page under a stricter referrer policy (an extension's, say) posts with a null origin: the browser's own word then counts
  return !(origin === 'null' && site === 'same-origin')
}
