/** Answers for unknown routes and failures, in the format of the wire that was called and without a stack (B29, B30). */
import { errorDocument, type Refusal, refuse } from '@osa/core'
import type { Context, MiddlewareHandler } from 'hono'
import type { Logger } from './log.ts'
import { defaultRetryAfterSeconds, reply, replyRefusal } from './oauth/reply.ts'
import type { NodeEnv } from './requester.ts'
import { replyDetail } from './v1/reply.ts'

/** Returns whether errors on a path are OAuth error documents. This includes the device paths of v1, where osa-py reads `error`. */
const usesOAuthErrors = (path: string): boolean =>
  path.startsWith('/oauth/') || path.startsWith('/.well-known/') || path.startsWith('/api/v1/auth/device')

/** Answers a path without a route. `page` can answer browsers with a page. */
export const answerNotFound =
  (page: (c: Context<NodeEnv>) => Promise<Response | null>) =>
  async (c: Context<NodeEnv>): Promise<Response> => {
    const asPage = await page(c)
    if (asPage) return asPage
    const message = 'There is nothing at this address.'
    return usesOAuthErrors(c.req.path)
      ? reply(c, errorDocument(refuse('invalid_request', message)), 404)
      : replyDetail(c, 404, 'not_found', message)
  }

/** Answers when a route threw: 503 with `Retry-After` if the database is unreachable, 500 for a defect (B30, B31). */
export const answerFailure =
  (deps: { log: Logger; isUnavailable: (error: unknown) => boolean }) =>
  (error: Error, c: Context<NodeEnv>): Response => {
    const { requestId } = c.get('requester')
    const unavailable = deps.isUnavailable(error)
    // a client that disconnects while sending is not a failure of the node
    const level = c.env?.incoming?.readableAborted ? 'debug' : 'error'
    deps.log[level]({ err: error, requestId }, unavailable ? 'the database cannot be reached' : 'a request failed')
    const refusal = unavailable
      ? refuse('temporarily_unavailable', 'The archive cannot reach its database. Please try again.', {
          retryAfterSeconds: defaultRetryAfterSeconds,
        })
      : refuse('server_error', 'Something went wrong in the archive.')
    return usesOAuthErrors(c.req.path) ? replyRefusal(c, refusal) : replyFailureDetail(c, refusal)
  }

function replyFailureDetail(c: Context, refusal: Refusal): Response {
  if (refusal.retryAfterSeconds !== undefined) c.header('Retry-After', String(refusal.retryAfterSeconds))
  const status = refusal.error === 'temporarily_unavailable' ? 503 : 500
  return replyDetail(c, status, refusal.error, refusal.error_description)
}

/**
 * Refuses API calls that reached a trusted proxy without TLS. A redirect would hide from the caller that its secret was sent
 * unencrypted (A20).
 */
export function refusePlainHttp(publicUrl: URL): MiddlewareHandler<NodeEnv> {
  return async (c, next) => {
    const forwarded = c.get('viaTrustedProxy') ? c.req.header('x-forwarded-proto') : undefined
    const isUnencrypted =
      publicUrl.protocol === 'https:' && forwarded?.split(',').at(-1)?.trim().toLowerCase() === 'http'
    if (!isUnencrypted) return next()
    const refusal = refuse('invalid_request', 'Use https. Consider the secrets in this request exposed.')
    return usesOAuthErrors(c.req.path)
      ? replyRefusal(c, refusal)
      : replyDetail(c, 400, refusal.error, refusal.error_description)
  }
}
