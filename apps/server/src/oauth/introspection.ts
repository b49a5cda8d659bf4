/** The introspection endpoint (RFC 7662), for registered confidential resource servers only (§2.1, §4). */
import { type Auth, isRefusal, refuse } from '@osa/core'
import type { Context } from 'hono'
import type { NodeEnv } from '../requester.ts'
import { authenticateConfidential } from './client-credentials.ts'
import { readOAuthForm } from './form.ts'
import { reply, replyRefusal } from './reply.ts'

/** What a token is worth; `{active: false}` for whatever is not a valid access token. Refuses with `invalid_request`, `invalid_client`, `temporarily_unavailable`. */
export const introspectionEndpoint =
  (auth: Auth) =>
  async (c: Context<NodeEnv>): Promise<Response> => {
    const form = await readOAuthForm(c)
    if (isRefusal(form)) return replyRefusal(c, form)
    const authenticated = authenticateConfidential(auth, form, c.req.header('authorization'))
    if ('refusal' in authenticated) return replyRefusal(c, authenticated.refusal, authenticated)
    const token = form.get('token')
    if (token === undefined) return replyRefusal(c, refuse('invalid_request', 'token is missing.'))
    const { client } = authenticated
    const answer = await auth.introspectToken({ client, token, requester: c.get('requester') })
    return isRefusal(answer) ? replyRefusal(c, answer, { overload: 429 }) : reply(c, answer)
  }
