/** Reads a response. Its body is parsed as JSON only if its content type says JSON. Isomorphic. */
import { readBoundedBody } from './bounded-body.ts'

/** A response, read to its end. */
export interface HttpAnswer {
  readonly server: string
  /** `POST /trpc/device.start`, for messages. */
  readonly request: string
  readonly status: number
  readonly contentType: string
  /** The parsed body; undefined if it is not declared as JSON or does not parse. */
  readonly json: unknown
  /** The start of the body as text if it is not JSON, to find the title of a web page. */
  readonly text: string
  readonly headers: Headers
}

const isJsonType = (contentType: string): boolean => /^application\/(json|[\w.-]+\+json)$/i.test(contentType)

/** Returns the content type of a response, without its parameters. */
export const contentTypeOf = (headers: Headers): string =>
  (headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? ''

interface About {
  readonly server: string
  readonly request: string
  /** The secrets of the request. If the server repeats one in a refusal, it must not reach messages and logs. */
  readonly secrets: readonly (string | null | undefined)[]
}

/** ASCII, because it is also used in headers. */
const takenOut = '[secret]'
/** Shorter secrets occur only in tests, and could be part of any word. */
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
    // Not JSON after all (truncated, or in the wrong encoding): the caller reports the answer as a whole.
    return undefined
  }
}

/** Reads a response. Throws `not_an_osa_server` if its body is over 1 MiB. */
export async function toAnswer(response: Response, { server, request, secrets }: About): Promise<HttpAnswer> {
  const { status } = response
  const headers = new Headers([...response.headers].map(([name, value]) => [name, without(secrets, value)]))
  const contentType = contentTypeOf(headers)
  const bytes = await readBoundedBody(response, server)
  // A successful answer may contain the secret itself: a refresh token that did not change.
  const clean = (text: string): string => (status === 200 ? text : without(secrets, text))
  const json = isJsonType(contentType) ? parseJson(bytes, clean) : undefined
  const text = json === undefined ? without(secrets, new TextDecoder().decode(bytes.subarray(0, 4096))) : ''
  return { server, request, status, headers, contentType, json, text }
}
