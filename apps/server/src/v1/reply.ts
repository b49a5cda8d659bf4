/** Answers of the v1 wire: OAuth error documents on the device paths, and `{detail: {code, message}}` elsewhere, as osa-py expects. */
import { bearerErrorCode } from '@osa/api'
import type { V1Error } from '@osa/contract'
import type { Refusal } from '@osa/core'
import type { Context } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { bearerChallenge } from '../bearer.ts'
import { bodyTooLarge } from '../oauth/form.ts'
import { reply } from '../oauth/reply.ts'

/** Answers with `{detail: {code, message}}`. */
export const replyDetail = (c: Context, status: ContentfulStatusCode, code: string, message: string): Response =>
  reply(c, { detail: { code, message } } satisfies V1Error, status)

/** Answers a request whose body could not be read. */
export const replyMalformed = (c: Context, refusal: Refusal): Response =>
  replyDetail(c, refusal === bodyTooLarge ? 413 : 400, 'invalid_request', refusal.error_description)

/** Answers a request without a valid access token (RFC 6750 §3): 401 with a challenge, or 400 if the request is ambiguous. */
export function replyUnauthorized(c: Context, refusal: Refusal): Response {
  if (refusal.error === 'invalid_request') return replyMalformed(c, refusal)
  c.header('WWW-Authenticate', bearerChallenge(refusal))
  return replyDetail(c, 401, bearerErrorCode(refusal), refusal.error_description)
}
