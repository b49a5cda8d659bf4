/** Conventions on the v1 wire: deploys by the original `osa`, one convention in each request, and reads by scripts. */
import { maxConventionBytes, type V1InvalidConvention } from '@osa/contract'
import {
  type Auth,
  type Conventions,
  type Deployment,
  type DeployRejection,
  isDeployRejection,
  isRefusal,
  refuse,
  refuseDeploy,
} from '@osa/core'
import type { Context } from 'hono'
import { requireBearer } from '../bearer.ts'
import { askedVersion } from '../convention-version.ts'
import { reply } from '../oauth/reply.ts'
import type { NodeEnv } from '../requester.ts'
import { readDocument } from './json.ts'
import { replyDetail, replyMalformed, replyUnauthorized } from './reply.ts'

/** White space and escapes can make a body longer than the convention in it. */
const maxBodyBytes = 2 * maxConventionBytes

/**
 * `POST /api/v1/conventions`: registers one convention. Answers 201 with the registered convention, also if it was registered before with the
 * same content, since osa-py treats any other status as a failure. A 401 comes before the body is read, and a 403 before it is checked.
 */
export const deployConvention =
  ({ auth, conventions }: { auth: Auth; conventions: Conventions }) =>
  async (c: Context<NodeEnv>): Promise<Response> => {
    const principal = await requireBearer(c, auth.authenticate)
    if (isRefusal(principal)) return replyUnauthorized(c, principal)
    const mayDeploy = refuseDeploy(principal) === null
    // the body is not read if the person may not deploy, since the operation refuses them anyway
    const read = mayDeploy ? await readDocument(c, maxBodyBytes) : null
    if (read && 'refusal' in read) return replyMalformed(c, read.refusal)
    const requester = c.get('requester')
    const outcome = await conventions.deploy({ principal, manifests: read ? [read.document] : [], requester })
    return isDeployRejection(outcome) ? replyRejection(c, outcome) : replyRegistered(c, outcome)
  }

function replyRegistered(c: Context, { conventions }: Deployment): Response {
  const [registered] = conventions
  if (!registered) throw new Error('a deploy of one convention registered none')
  const { slug, title, description, schema_id, hooks, created_at } = registered
  return reply(c, { slug, title, description, schema_id, hooks, created_at }, 201)
}

function replyRejection(c: Context, rejection: DeployRejection): Response {
  const { error, error_description: message } = rejection
  switch (error) {
    case 'invalid_convention': {
      const detail = rejection.issues.map((issue) => ({ loc: locationOf(issue.path), msg: issue.message, type: error }))
      return reply(c, { detail } satisfies V1InvalidConvention, 422)
    }
    case 'session_ended':
      return replyUnauthorized(c, refuse('invalid_token', message, { reason: 'revoked' }))
    case 'limited':
      if (rejection.retry_after_seconds !== null) c.header('Retry-After', String(rejection.retry_after_seconds))
      return replyDetail(c, 429, error, message)
    case 'insufficient_scope': {
      // RFC 6750 §3.1: the challenge names the required scope
      const challenge = `Bearer realm="OSA", error="${error}", error_description="${message}", scope="${rejection.scope}"`
      c.header('WWW-Authenticate', challenge)
      return replyDetail(c, 403, error, message)
    }
    case 'forbidden':
      return replyDetail(c, 403, error, message)
  }
}

/** Turns `0.hooks.1.limits.memory` into `["body", "hooks", 1, "limits", "memory"]`, the form of FastAPI. */
const locationOf = (path: string): (string | number)[] => [
  'body',
  ...path
    .split('.')
    .slice(1)
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part)),
]

/** `GET /api/v1/conventions`: lists the newest version of each convention, ordered by slug. */
export const listConventions =
  (conventions: Conventions) =>
  async (c: Context<NodeEnv>): Promise<Response> =>
    reply(c, await conventions.list())

/** `GET /api/v1/conventions/{slug}`: answers with the newest version and its manifest, or with the version that `?version=` names. */
export const getConvention =
  (conventions: Conventions) =>
  async (c: Context<NodeEnv>): Promise<Response> => {
    const version = askedVersion(c)
    const found = version === null ? null : await conventions.get({ slug: c.req.param('slug') ?? '', version })
    return found ? reply(c, found) : replyDetail(c, 404, 'not_found', 'There is no such convention.')
  }
