/**
 * Checks every form of the pages (D05, D06). The form token binds a form to its browser and step. As a second layer, the browser's headers
 * must not name another site; missing headers pass, since older browsers send none. Forms are read strictly: small, one content type, each
 * field once.
 */
import type { BrowserDependencies, PageContext } from './dependencies.ts'
import { formTokenField } from './form-fields.ts'
import { messagePage } from './pages/message.ts'
import { showPage } from './respond.ts'

/** Returns the fields of a form that was issued to `binding` for this step, with `binding`; otherwise the page that says why not. */
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
  // under a stricter referrer policy, such as that of an extension, a page posts with a null origin; Sec-Fetch-Site decides then
  return !(origin === 'null' && site === 'same-origin')
}

const maxFormBytes = 8 * 1024
const maxFields = 20

type FormFault = 'too_large' | 'not_a_form' | 'repeated_field'

/** Returns the fields of an `application/x-www-form-urlencoded` body, or what is wrong with it. Unknown fields are ignored. */
async function readPageForm(c: PageContext): Promise<ReadonlyMap<string, string> | FormFault> {
  const contentType = c.req.header('content-type')?.split(';', 1)[0]?.trim().toLowerCase()
  if (contentType !== 'application/x-www-form-urlencoded') return 'not_a_form'
  const body = await readBody(c)
  if (body === null) return 'too_large'
  const fields = [...new URLSearchParams(body)]
  const form = new Map(fields)
  if (form.size !== fields.length) return 'repeated_field'
  return fields.length > maxFields ? 'not_a_form' : form
}

/** Returns the body as text, or null if it is longer than any of our forms, with or without a Content-Length. */
async function readBody(c: PageContext): Promise<string | null> {
  if (Number(c.req.header('content-length') ?? 0) > maxFormBytes) return null
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of c.req.raw.body ?? []) {
    size += chunk.length
    if (size > maxFormBytes) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
