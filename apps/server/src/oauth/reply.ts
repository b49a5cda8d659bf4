/** Answers of the OAuth endpoints: always JSON, never stored, never sniffed, and a `WWW-Authenticate` only where it belongs (B18). */
import { errorDocument, type Refusal, refuse } from '@osa/core'
import type { Context } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { bodyTooLarge } from './form.ts'

/** How long to wait when nobody knows better, in seconds. */
export const defaultRetryAfterSeconds = 2

const neverStored = {
  'Cache-Control': 'no-store',
  Pragma: 'no-cache',
  'X-Content-Type-Options': 'nosniff',
} as const

/** A document with the headers of RFC 6749 §5.1. */
export const reply = (c: Context, document: object, status: ContentfulStatusCode = 200): Response =>
  c.json(document, status, neverStored)

/**
 * A refusal (RFC 6749 §5.2). 401 with a challenge only if the client used the `Authorization` header; `overload` is the status
 * of `temporarily_unavailable` with a known wait: 429 where a limit was hit by starting, 503 where a client polls.
 */
export function replyRefusal(
  c: Context,
  refusal: Refusal,
  options: { challenge?: boolean; overload?: 429 | 503 } = {},
): Response {
  const challenge = options.challenge === true && refusal.error === 'invalid_client'
  if (challenge) c.header('WWW-Authenticate', 'Basic realm="OSA", charset="UTF-8"')
  if (refusal.error === 'temporarily_unavailable') {
    c.header('Retry-After', String(refusal.retryAfterSeconds ?? defaultRetryAfterSeconds))
  }
  return reply(c, errorDocument(refusal), challenge ? 401 : statusOf(refusal, options.overload))
}

function statusOf(refusal: Refusal, overload: 429 | 503 = 503): ContentfulStatusCode {
  if (refusal === bodyTooLarge) return 413
  if (refusal.error === 'temporarily_unavailable') return refusal.retryAfterSeconds === undefined ? 503 : overload
  return refusal.error === 'server_error' ? 500 : 400
}

/** A method that an endpoint does not have (RFC 9110 §15.5.6). */
export function replyMethodNotAllowed(c: Context, allow: string): Response {
  c.header('Allow', allow)
  return reply(c, errorDocument(refuse('invalid_request', `This endpoint takes ${allow} only.`)), 405)
}
