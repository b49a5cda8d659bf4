/** Mounts the tRPC router: limits bodies and batches, reads the access token, and hides the messages of unexpected errors. */
import { appRouter } from '@osa/api'
import { maxDeployBytes, type ServerDocument } from '@osa/contract'
import { type Auth, type Conventions, isRefusal, refuse, refuseDeploy } from '@osa/core'
import { fetchRequestHandler } from '@trpc/server/adapters/fetch'
import { type Context, Hono } from 'hono'
import { bearerChallenge, readBearer } from './bearer.ts'
import { maxBodyBytes, readBody } from './body.ts'
import type { Logger } from './log.ts'
import { replyMethodNotAllowed } from './oauth/reply.ts'
import type { NodeEnv } from './requester.ts'
import { replyDetail, replyMalformed } from './v1/reply.ts'

/** Maximum number of calls in one request. Clients use it as their `maxItems`. */
export const maxBatchSize = 10

export interface TrpcDeps {
  readonly auth: Auth
  readonly conventions: Conventions
  readonly serverDocument: ServerDocument
  readonly stopping: AbortSignal
  readonly log: Logger
  readonly isUnavailable: (error: unknown) => boolean
}

/** Queries and subscriptions (server-sent events) by GET, mutations by POST; everything else is 405. */
export const trpcRoutes = (deps: TrpcDeps): Hono<NodeEnv> =>
  new Hono<NodeEnv>().all('/trpc/*', async (c) => {
    const { method } = c.req
    if (method !== 'GET' && method !== 'POST') return replyMethodNotAllowed(c, 'GET, POST')
    const accessToken = readBearer(c)
    if (isRefusal(accessToken)) return replyMalformed(c, accessToken)
    const request = method === 'GET' ? c.req.raw : await boundedRequest(deps, c, accessToken)
    return request instanceof Response ? request : answer(deps, c, request, accessToken)
  })

/**
 * Reads the body up to the limit, since the adapter itself has no limit. Deploys may be larger if the person is allowed to deploy. For other
 * people the body is replaced by an empty deploy, so that the procedure itself refuses them.
 */
async function boundedRequest(
  { auth }: TrpcDeps,
  c: Context<NodeEnv>,
  accessToken: string | null,
): Promise<Request | Response> {
  const names = proceduresOf(c.req.path)
  const deploys = names.includes('conventions.deploy')
  const principal = deploys ? await auth.authenticate(accessToken) : null
  const mayDeploy = principal !== null && !isRefusal(principal) && refuseDeploy(principal) === null
  const body = await readBody(c, mayDeploy ? maxDeployBytes : maxBodyBytes)
  const withBody = (text: string) => new Request(c.req.url, { method: 'POST', headers: c.req.raw.headers, body: text })
  if ('text' in body) return withBody(body.text)
  if (deploys && !mayDeploy) return withBody(emptyDeploy(names.length, c.req.query('batch') !== undefined))
  return body.refused === 'too_large'
    ? replyDetail(c, 413, 'invalid_request', 'The body is too large.')
    : replyMalformed(c, refuse('invalid_request', 'The body is not UTF-8.'))
}

/** Returns the body of an empty deploy for each call of a batch. */
function emptyDeploy(calls: number, batched: boolean): string {
  const input = { json: { conventions: [] } }
  return JSON.stringify(
    batched
      ? Object.fromEntries(Array.from({ length: Math.min(calls, maxBatchSize) }, (_, index) => [index, input]))
      : input,
  )
}

/** Returns the procedures named in a path; none if it cannot be decoded, since no procedure has such a name. */
function proceduresOf(path: string): string[] {
  try {
    return decodeURIComponent(path.slice('/trpc/'.length)).split(',')
  } catch {
    return []
  }
}

const noToken = refuse('invalid_token', 'An access token is required.', { reason: 'missing' })
const badToken = refuse('invalid_token', 'The access token is not valid.')

async function answer(
  { auth, conventions, serverDocument, stopping, log, isUnavailable }: TrpcDeps,
  c: Context<NodeEnv>,
  request: Request,
  accessToken: string | null,
): Promise<Response> {
  const requester = c.get('requester')
  const response = await fetchRequestHandler({
    endpoint: '/trpc',
    router: appRouter,
    req: request,
    maxBatchSize,
    createContext: () => ({ auth, conventions, requester, accessToken, serverDocument, stopping, isUnavailable }),
    onError: ({ error, path }) => {
      if (error.code !== 'INTERNAL_SERVER_ERROR') return
      log.error({ err: error.cause ?? error, path, requestId: requester.requestId }, 'a tRPC procedure failed')
    },
    responseMeta: ({ errors }) => {
      const headers = new Headers({ 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' })
      if (!errors.some(({ cause }) => isUnavailable(cause))) return { headers }
      headers.set('Retry-After', '2')
      return { headers, status: 503 }
    },
  })
  response.headers.set('X-Request-Id', requester.requestId ?? '')
  // a batch in which only some calls lack a token is 207, and a challenge belongs only to a 401 (B18)
  if (response.status === 401)
    response.headers.set('WWW-Authenticate', bearerChallenge(accessToken === null ? noToken : badToken))
  // the adapter sets no content type when it refuses a request before finding a procedure (B38)
  const type = response.headers.get('content-type')
  if (type === null || type.startsWith('text/plain')) response.headers.set('Content-Type', 'application/json')
  return response
}
