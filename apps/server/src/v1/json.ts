/**
 * The strict JSON reader of the v1 wire: one flat object, no key twice, no nesting worth the name, and plain strings only for
 * what reaches the core. Unknown keys are ignored.
 */
import { type Refusal, refuse } from '@osa/core'
import type { Context } from 'hono'
import type { z } from 'zod'
import { readBody } from '../body.ts'
import { bodyTooLarge } from '../oauth/form.ts'
import type { NodeEnv } from '../requester.ts'
import { scanJson } from './scan-json.ts'

const maxDepth = 32

/** Reads a request's JSON against a schema of strings; an empty body is `{}`. Refuses with `invalid_request`. */
export const readJson = async <T extends z.ZodType>(c: Context<NodeEnv>, schema: T): Promise<z.output<T> | Refusal> => {
  if ((c.req.header('content-encoding')?.trim().toLowerCase() ?? 'identity') !== 'identity') {
    return malformed('The body must not be compressed.')
  }
  const body = await readBody(c)
  if ('refused' in body) return body.refused === 'too_large' ? bodyTooLarge : malformed('The body is not UTF-8.')
  if (body.text !== '' && !isJsonType(c.req.header('content-type'))) {
    return malformed('The body must be application/json.')
  }
  const document = parse(body.text === '' ? '{}' : body.text)
  if (document === null) return malformed('The body is not a JSON object that can be read one way only.')
  const parsed = schema.safeParse(document)
  if (!parsed.success) return malformed(`The body lacks a field or has one of the wrong type: ${fields(parsed.error)}.`)
  const plain = Object.values(parsed.data as object).every(isPlainText)
  return plain ? parsed.data : malformed('A field holds characters that are not text.')
}

const malformed = (description: string): Refusal => refuse('invalid_request', description)

/** Names of the schema's own fields, so never text from the request. */
const fields = (error: z.ZodError): string => [...new Set(error.issues.map(({ path }) => path.join('.')))].join(', ')

const parse = (text: string): object | null => {
  const shape = scanJson(text)
  if (shape.maxDepth > maxDepth || shape.repeatedKey) return null
  try {
    const document: unknown = JSON.parse(text)
    return typeof document === 'object' && document !== null && !Array.isArray(document) ? document : null
  } catch {
    return null // not JSON
  }
}

const isJsonType = (contentType: string | undefined): boolean =>
  /^application\/json[ \t]*(;[ \t]*charset[ \t]*=[ \t]*"?utf-8"?[ \t]*)?;?$/i.test(contentType?.trim() ?? '')

/** PostgreSQL's text can hold neither NUL nor lone surrogates (B27). */
const isPlainText = (value: unknown): boolean =>
  value === undefined || (typeof value === 'string' && !value.includes('\0') && value.isWellFormed())
