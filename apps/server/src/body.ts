/** Reading a request's body: bounded, whole, and as text that is really UTF-8. */
import type { Context } from 'hono'
import type { NodeEnv } from './requester.ts'

/** What our routes read at most (J04), but for those that take conventions. */
export const maxBodyBytes = 64 * 1024

export type BodyText = { text: string } | { refused: 'too_large' | 'not_utf8' }

/** The body as text, empty when there is none. Stops reading as soon as it is too large. */
export async function readBody(c: Context<NodeEnv>, maxBytes = maxBodyBytes): Promise<BodyText> {
  if (Number(c.req.header('content-length') ?? 0) > maxBytes) return { refused: 'too_large' }
  const chunks: Uint8Array[] = []
  let bytes = 0
  // straight from the socket where there is one: a web stream around it costs as much as the rest of a poll
  const socket = c.env?.incoming?.iterator({ destroyOnReturn: false }) // destroyed, it could not carry the 413 back
  const source: AsyncIterable<Uint8Array> | null = socket ?? c.req.raw.body
  for await (const chunk of source ?? []) {
    bytes += chunk.byteLength
    if (bytes > maxBytes) return { refused: 'too_large' }
    chunks.push(chunk)
  }
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks)) }
  } catch {
    return { refused: 'not_utf8' } // the decoder throws for nothing else
  }
}
