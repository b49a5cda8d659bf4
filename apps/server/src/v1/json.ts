/**
 * The strict JSON readers of the v1 wire. A body is one object, without repeated keys and with limited nesting. Requests are flat objects of
 * strings, whose unknown keys are ignored. Documents are nested, and their caller validates them.
 */
import { type Refusal, refuse } from '@osa/core'
import type { Context } from 'hono'
import type { z } from 'zod'
import { maxBodyBytes, readBody } from '../body.ts'
import { bodyTooLarge } from '../oauth/form.ts'
import type { NodeEnv } from '../requester.ts'

const maxDepth = 32

/** Reads the JSON of a request and checks it against a schema of strings; an empty body counts as `{}`. Refuses with `invalid_request`. */
export async function readJson<T extends z.ZodType>(c: Context<NodeEnv>, schema: T): Promise<z.output<T> | Refusal> {
  const read = await readObject(c, { maxBytes: maxBodyBytes, maxKeyDepth: 1 })
  if ('refusal' in read) return read.refusal
  const parsed = schema.safeParse(read.document)
  if (!parsed.success)
    return malformed(`A field of the body is missing or has the wrong type: ${fields(parsed.error)}.`)
  const plain = Object.values(parsed.data as object).every(isPlainText)
  return plain ? parsed.data : malformed('A field contains characters that are not text.')
}

/** Reads a JSON object of at most `maxBytes` in which no key is repeated, at any level. Refuses with `invalid_request`. */
export const readDocument = (c: Context<NodeEnv>, maxBytes: number): Promise<JsonObject> =>
  readObject(c, { maxBytes, maxKeyDepth: maxDepth })

export type JsonObject = { document: object } | { refusal: Refusal }

async function readObject(
  c: Context<NodeEnv>,
  { maxBytes, maxKeyDepth }: { maxBytes: number; maxKeyDepth: number },
): Promise<JsonObject> {
  if ((c.req.header('content-encoding')?.trim().toLowerCase() ?? 'identity') !== 'identity') {
    return { refusal: malformed('The body must not be compressed.') }
  }
  const body = await readBody(c, maxBytes)
  if ('refused' in body) {
    return { refusal: body.refused === 'too_large' ? bodyTooLarge : malformed('The body is not UTF-8.') }
  }
  if (body.text !== '' && !isJsonType(c.req.header('content-type'))) {
    return { refusal: malformed('The body must be application/json.') }
  }
  const document = parse(body.text === '' ? '{}' : body.text, maxKeyDepth)
  return document === null ? { refusal: malformed('The body is not an unambiguous JSON object.') } : { document }
}

const malformed = (description: string): Refusal => refuse('invalid_request', description)

/** Names fields of the schema, and never text from the request. */
const fields = (error: z.ZodError): string => [...new Set(error.issues.map(({ path }) => path.join('.')))].join(', ')

function parse(text: string, maxKeyDepth: number): object | null {
  const shape = scanJson(text, maxKeyDepth)
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

/** PostgreSQL's text can contain neither NUL nor lone surrogates (B27). */
const isPlainText = (value: unknown): boolean =>
  value === undefined || (typeof value === 'string' && !value.includes('\0') && value.isWellFormed())

/**
 * Finds what `JSON.parse` does not report: how deep a text nests, and whether an object repeats a key (B22, J12). It makes one pass over the tokens
 * and does not check whether the text is valid JSON. `maxKeyDepth` is the deepest level at which keys are compared; 1 is the outermost object.
 */
function scanJson(text: string, maxKeyDepth: number): { maxDepth: number; repeatedKey: boolean } {
  const keysAt: Set<string>[] = []
  let depth = 0
  let maxDepth = 0
  let repeatedKey = false
  // A string is one token, so that brackets inside it do not count; a colon after it makes it a key. A string without an end extends to the
  // end of the text: restarting at each quote inside it would take seconds for 64 KiB.
  for (const [token, string, colon] of text.matchAll(/("(?:[^"\\]|\\.)*"?)(\s*:)?|[[\]{}]/gs)) {
    if (token === '{' || token === '[') {
      maxDepth = Math.max(maxDepth, ++depth)
      if (depth <= maxKeyDepth) keysAt[depth] = new Set()
    } else if (token === '}' || token === ']') depth--
    else if (depth <= maxKeyDepth && colon !== undefined && string !== undefined) {
      const keys = keysAt[depth]
      const key = unescaped(string)
      repeatedKey ||= keys?.has(key) ?? false
      keys?.add(key)
    }
  }
  return { maxDepth, repeatedKey }
}

/** Removes escapes, since `"\u0061"` and `"a"` are the same key. */
function unescaped(string: string): string {
  try {
    return String(JSON.parse(string))
  } catch {
    return string // not valid JSON, which JSON.parse reports later
  }
}
