/** Reads a submitted form, strictly: small, one content type, each field once. */
import type { PageContext } from './dependencies.ts'

const maxFormBytes = 8 * 1024
const maxFields = 20

export type FormFault = 'too_large' | 'not_a_form' | 'repeated_field'

/** The fields of an `application/x-www-form-urlencoded` body, or what is wrong with it. Unknown fields are ignored. */
export async function readPageForm(c: PageContext): Promise<ReadonlyMap<string, string> | FormFault> {
  const contentType = c.req.header('content-type')?.split(';', 1)[0]?.trim().toLowerCase()
  if (contentType !== 'application/x-www-form-urlencoded') return 'not_a_form'
  const body = await readBody(c)
  if (body === null) return 'too_large'
  const fields = [...new URLSearchParams(body)]
  const form = new Map(fields)
  if (form.size !== fields.length) return 'repeated_field'
  return fields.length > maxFields ? 'not_a_form' : form
}

/** The body as text; null when it is longer than a form of ours can be, however it is framed. */
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
