/** A response as an answer: its JSON is only there if the server said that it was JSON. Isomorphic. */
import { readBoundedBody } from './bounded-body.ts'

/** What came back, read to its end. */
export interface HttpAnswer {
  readonly server: string
  /** `POST /trpc/device.start`, for messages. */
  readonly request: string
  readonly status: number
  readonly contentType: string
  /** Parsed body; undefined when it is not declared as JSON or does not parse. */
  readonly json: unknown
  /** The body as text when it is not JSON, for the title of a web page. */
  readonly text: string
  readonly headers: Headers
}

const isJsonType = (contentType: string): boolean => /^application\/(json|[\w.-]+\+json)$/i.test(contentType)

/** The type of a response's body, without its parameters. */
export const contentTypeOf = (headers: Headers): string =>
  (headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? ''

interface About {
  readonly server: string
  readonly request: string
  /** What the request proved itself with. A server that repeats it in a refusal must not bring it into messages and logs. */
  readonly secrets: readonly (string | null | undefined)[]
}

/** ASCII: it stands in headers too. */
const takenOut = '[secret]'
/** What is shorter is a test's, and may be part of any word. */
const minSecretLength = 8

const without = (secrets: About['secrets'], text: string): string =>
  secrets.reduce<string>(
    (rest, secret) => (secret && secret.length >= minSecretLength ? rest.replaceAll(secret, takenOut) : rest),
    text,
  )

function parseJson(bytes: Uint8Array, clean: (text: string) => string): unknown {
  try {
    return JSON.parse(clean(new TextDecoder('utf-8', { fatal: true }).decode(bytes)))
  } catch {
    // Not JSON after all (truncated, wrong encoding): the caller reports the answer as a whole.
    return undefined
  }
}

/** Reads the whole body, at most 1 MiB of it. */
export async function toAnswer(response: Response, { server, request, secrets }: About): Promise<HttpAnswer> {
  const { status } = response
  const headers = new Headers([...response.headers].map(([name, value]) => [name, without(secrets, value)]))
  const contentType = contentTypeOf(headers)
  const bytes = await readBoundedBody(response, server)
  // What was asked for may well be such a secret: a refresh token that stays the same.
  const clean = (text: string): string => (status === 200 ? text : without(secrets, text))
  const json = isJsonType(contentType) ? parseJson(bytes, clean) : undefined
  const text = json === undefined ? without(secrets, new TextDecoder().decode(bytes.subarray(0, 4096))) : ''
  return { server, request, status, headers, contentType, json, text }
}
