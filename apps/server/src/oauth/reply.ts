/** Answers of the OAuth endpoints: JSON with no-store and nosniff headers, and `WWW-Authenticate` only where it is required (B18). */
import { errorDocument, type Refusal, refuse } from '@osa/core'
import type { Context } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { bodyTooLarge } from './form.ts'

/** The value of `Retry-After` if the wait is not known, in seconds. */
export const defaultRetryAfterSeconds = 2

const noStore = {
  'Cache-Control': 'no-store',
  Pragma: 'no-cache',
  'X-Content-Type-Options': 'nosniff',
} as const

/** Answers with a document and the headers of RFC 6749 §5.1. */
export const reply = (c: Context, document: object, status: ContentfulStatusCode = 200): Response =>
  c.json(document, status, noStore)

/**
 * Answers with a refusal (RFC 6749 §5.2). Sends 401 and a challenge only if the client used the `Authorization` header. `overload` is the status
 * of `temporarily_unavailable` with a known wait: 429 for starts and introspection over a limit, 503 for polls.
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

/** Answers a method that an endpoint does not support (RFC 9110 §15.5.6). */
export function replyMethodNotAllowed(c: Context, allow: string): Response {
  c.header('Allow', allow)
  return reply(c, errorDocument(refuse('invalid_request', `This endpoint accepts only ${allow}.`)), 405)
}
