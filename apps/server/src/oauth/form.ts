/**
 * The strict form parser of the OAuth endpoints (RFC 6749 §3.1, §3.2; WHATWG URL §5.1). It refuses ambiguous forms, which two parsers could
 * read differently. The result is a `Map` of plain strings, so that brackets, dots and prototype names have no special meaning.
 */
import { type Refusal, refuse } from '@osa/core'
import type { Context } from 'hono'
import { readBody } from '../body.ts'
import type { NodeEnv } from '../requester.ts'

export type Form = ReadonlyMap<string, string>

const maxParameters = 100

/** The refusal of a body over the size limit, a constant because it is answered with 413. */
export const bodyTooLarge = refuse('invalid_request', 'The body is too large.')

/** Reads the form of a request. Refuses with `invalid_request`. Parameters without a value are left out (RFC 6749 §3.2). */
export async function readOAuthForm(c: Context<NodeEnv>): Promise<Form | Refusal> {
  // refused rather than ignored, since a secret in a URL may already be in logs and histories (RFC 6749 §2.3.1)
  if (new URL(c.req.url).search !== '') return malformed('Parameters belong in the body, not in the query.')
  const encoding = c.req.header('content-encoding')?.trim().toLowerCase() ?? 'identity'
  if (encoding !== 'identity') return malformed('The body must not be compressed.')
  const body = await readBody(c)
  if ('refused' in body) return body.refused === 'too_large' ? bodyTooLarge : malformed('The body is not UTF-8.')
  if (body.text !== '' && !isFormType(c.req.header('content-type'))) {
    return malformed('The body must be application/x-www-form-urlencoded.')
  }
  return parseForm(body.text)
}

/** Parses `name=value&…`. Refuses malformed escapes, invalid UTF-8, NUL, repeated names and more than 100 parameters. */
export function parseForm(text: string): Form | Refusal {
  const pairs = text.split('&', maxParameters + 1).filter((pair) => pair !== '')
  if (text.split('&', maxParameters + 1).length > maxParameters) return malformed('There are too many parameters.')
  const seen = new Set<string>()
  const form = new Map<string, string>()
  for (const pair of pairs) {
    const [, rawName = '', rawValue = ''] = /^([^=]*)=?(.*)$/s.exec(pair) ?? []
    const name = decode(rawName)
    const value = decode(rawValue)
    if (name === null || value === null) return malformed('A parameter is not properly encoded.')
    if (seen.has(name)) return malformed('A parameter is repeated.')
    seen.add(name)
    if (value !== '') form.set(name, value)
  }
  return form
}

const malformed = (description: string): Refusal => refuse('invalid_request', description)

/** The content type is case-insensitive and may have only the parameter `charset=utf-8`. */
const isFormType = (contentType: string | undefined): boolean =>
  /^application\/x-www-form-urlencoded[ \t]*(;[ \t]*charset[ \t]*=[ \t]*"?utf-8"?[ \t]*)?;?$/i.test(
    contentType?.trim() ?? '',
  )

function decode(encoded: string): string | null {
  try {
    const text = decodeURIComponent(encoded.replaceAll('+', ' '))
    return text.includes('\0') ? null : text // PostgreSQL's text cannot contain NUL (B27)
  } catch {
    return null // a malformed escape or escaped bytes that are not UTF-8
  }
}
