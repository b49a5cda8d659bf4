/** Mounts the tRPC router: caps bodies and batches, finds the access token, and lets no error text through that is not ours. */
import { appRouter } from '@osa/api'
import type { ServerDocument } from '@osa/contract'
import { type Auth, isRefusal, refuse } from '@osa/core'
import { fetchRequestHandler } from '@trpc/server/adapters/fetch'
import { type Context, Hono } from 'hono'
import { readBearer } from './bearer.ts'
import { readBody } from './body.ts'
import type { Logger } from './log.ts'
import { replyMethodNotAllowed } from './oauth/reply.ts'
import type { NodeEnv } from './requester.ts'
import { replyDetail, replyMalformed } from './v1/reply.ts'

/** Calls in one request. Clients set their `maxItems` to this. */
export const maxBatchSize = 10

export interface TrpcDeps {
  readonly auth: Auth
  readonly serverDocument: ServerDocument
  readonly log: Logger
  readonly isUnavailable: (error: unknown) => boolean
}

/** Queries by GET, mutations by POST; everything else is 405. */
export const trpcRoutes = (deps: TrpcDeps): Hono<NodeEnv> =>
  new Hono<NodeEnv>().all('/trpc/*', async (c) => {
    const { method } = c.req
    if (method !== 'GET' && method !== 'POST') return replyMethodNotAllowed(c, 'GET, POST')
    const accessToken = readBearer(c)
    if (isRefusal(accessToken)) return replyMalformed(c, accessToken)
    const request = method === 'GET' ? c.req.raw : await boundedRequest(c)
    return request instanceof Response ? request : answer(deps, c, request, accessToken)
  })

/** The request with its body read within the cap: the adapter itself would read without end. */
const boundedRequest = async (c: Context<NodeEnv>): Promise<Request | Response> => {
  const body = await readBody(c)
  if ('text' in body) return new Request(c.req.url, { method: 'POST', headers: c.req.raw.headers, body: body.text })
  return body.refused === 'too_large'
    ? replyDetail(c, 413, 'invalid_request', 'The body is too large.')
    : replyMalformed(c, refuse('invalid_request', 'The body is not UTF-8.'))
}

const answer = async (
  { auth, serverDocument, log, isUnavailable }: TrpcDeps,
  c: Context<NodeEnv>,
  request: Request,
  accessToken: string | null,
): Promise<Response> => {
  const requester = c.get('requester')
  const response = await fetchRequestHandler({
    endpoint: '/trpc',
    router: appRouter,
    req: request,
    maxBatchSize,
    createContext: () => ({ auth, requester, accessToken, serverDocument }),
    onError: ({ error, path }) => {
      if (error.code !== 'INTERNAL_SERVER_ERROR') return
      log.error({ err: error.cause ?? error, path, requestId: requester.requestId }, 'a tRPC procedure failed')
    },
    responseMeta: ({ errors }) => {
      const headers = new Headers({ 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' })
      if (errors.some(({ code }) => code === 'UNAUTHORIZED')) headers.set('WWW-Authenticate', 'Bearer realm="OSA"')
      if (!errors.some(({ cause }) => isUnavailable(cause))) return { headers }
      headers.set('Retry-After', '2')
      return { headers, status: 503 }
    },
  })
  response.headers.set('X-Request-Id', requester.requestId ?? '')
  return response
}
