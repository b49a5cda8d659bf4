/** Reads the body of a request as UTF-8 text, up to a maximum size. */
import type { Context } from 'hono'
import type { NodeEnv } from './requester.ts'

/** Maximum body size of all routes except those that accept conventions (J04). */
export const maxBodyBytes = 64 * 1024

export type BodyText = { text: string } | { refused: 'too_large' | 'not_utf8' }

/** Reads the body; without one the text is empty. Stops reading as soon as the body is too large. */
export async function readBody(c: Context<NodeEnv>, maxBytes = maxBodyBytes): Promise<BodyText> {
  if (Number(c.req.header('content-length') ?? 0) > maxBytes) return { refused: 'too_large' }
  const chunks: Uint8Array[] = []
  let bytes = 0
  // read from the socket directly if there is one: wrapping it in a web stream costs as much as the rest of a poll
  const socket = c.env?.incoming?.iterator({ destroyOnReturn: false }) // the socket still has to carry the 413
  const source: AsyncIterable<Uint8Array> | null = socket ?? c.req.raw.body
  for await (const chunk of source ?? []) {
    bytes += chunk.byteLength
    if (bytes > maxBytes) return { refused: 'too_large' }
    chunks.push(chunk)
  }
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks)) }
  } catch {
    return { refused: 'not_utf8' } // the only error that the decoder throws
  }
}
