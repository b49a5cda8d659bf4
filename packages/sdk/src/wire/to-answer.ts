/** A response as an answer: its JSON is only there if the server said that it was JSON. Isomorphic. */
import { readBoundedBody, readChunks } from './bounded-body.ts'
import type { HttpAnswer } from './http.ts'

const isJsonType = (contentType: string): boolean => /^application\/(json|[\w.-]+\+json)$/i.test(contentType)

const parseJson = (bytes: Uint8Array): unknown => {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    // Not JSON after all (truncated, wrong encoding): the caller reports the answer as a whole.
    return undefined
  }
}

interface About {
  readonly server: string
  /** What messages call the request: `POST /api/v1/auth/device`. */
  readonly request: string
  /** Given the text of an event stream as it comes; true ends it. */
  readonly onEventText?: ((text: string) => boolean) | undefined
}

/** Reads the whole body, or hands on the events of a stream that was asked for. */
export const toAnswer = async (response: Response, { onEventText, ...about }: About): Promise<HttpAnswer> => {
  const contentType = (response.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
  const { status, headers } = response
  if (onEventText && status === 200 && contentType === 'text/event-stream') {
    const decoder = new TextDecoder()
    await readChunks(response, about.server, (chunk) => onEventText(decoder.decode(chunk, { stream: true })))
    return { ...about, status, headers, contentType, json: undefined, text: '' }
  }
  const bytes = await readBoundedBody(response, about.server)
  const json = isJsonType(contentType) ? parseJson(bytes) : undefined
  const text = json === undefined ? new TextDecoder().decode(bytes.subarray(0, 4096)) : ''
  return { ...about, status, headers, contentType, json, text }
}
