/** A response as an answer: its JSON is only there if the server said that it was JSON. Isomorphic. */
import { readBoundedBody, readChunks } from './bounded-body.ts'
import type { HttpAnswer } from './http.ts'

const isJsonType = (contentType: string): boolean => /^application\/(json|[\w.-]+\+json)$/i.test(contentType)

interface About {
  readonly server: string
  /** What messages call the request: `POST /api/v1/auth/device`. */
  readonly request: string
  /** What the request proved itself with. A server that repeats it in a refusal must not bring it into messages and logs. */
  readonly secrets?: readonly (string | null | undefined)[]
  /** Given the text of an event stream as it comes; true ends it. */
  readonly onEventText?: ((text: string) => boolean) | undefined
}

/** ASCII: it stands in headers too. */
const takenOut = '[secret]'
/** What is shorter is a test's, and may be part of any word. */
const minSecretLength = 8

const without = (secrets: About['secrets'] = [], text: string): string =>
  secrets.reduce<string>(
    (rest, secret) => (secret && secret.length >= minSecretLength ? rest.replaceAll(secret, takenOut) : rest),
    text,
  )

const parseJson = (bytes: Uint8Array, clean: (text: string) => string): unknown => {
  try {
    return JSON.parse(clean(new TextDecoder('utf-8', { fatal: true }).decode(bytes)))
  } catch {
    // Not JSON after all (truncated, wrong encoding): the caller reports the answer as a whole.
    return undefined
  }
}

/** Reads the whole body, or hands on the events of a stream that was asked for. */
export const toAnswer = async (response: Response, options: About): Promise<HttpAnswer> => {
  const { server, request, onEventText, secrets } = options
  const { status } = response
  const headers = new Headers([...response.headers].map(([name, value]) => [name, without(secrets, value)]))
  const contentType = (headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
  const about = { server, request, status, headers, contentType }
  if (onEventText && status === 200 && contentType === 'text/event-stream') {
    const decoder = new TextDecoder()
    await readChunks(response, server, (chunk) => onEventText(decoder.decode(chunk, { stream: true })))
    return { ...about, json: undefined, text: '' }
  }
  const bytes = await readBoundedBody(response, server)
  // What was asked for may well be such a secret: a refresh token that stays the same.
  const clean = (text: string): string => (status === 200 ? text : without(secrets, text))
  const json = isJsonType(contentType) ? parseJson(bytes, clean) : undefined
  const text = json === undefined ? without(secrets, new TextDecoder().decode(bytes.subarray(0, 4096))) : ''
  return { ...about, json, text }
}
