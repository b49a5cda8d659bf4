/** The revocation endpoint (RFC 7009). `token_type_hint` is not needed: the two kinds of token look different. */
import { type Auth, isRefusal, refuse } from '@osa/core'
import type { Context } from 'hono'
import type { NodeEnv } from '../requester.ts'
import { authenticate } from './client-credentials.ts'
import { readOAuthForm } from './form.ts'
import { reply, replyRefusal } from './reply.ts'

/** Ends the session behind a token; 200 for unknown, foreign and already revoked tokens too (§2.2). Refuses with `invalid_request`, `invalid_client`. */
export const revocationEndpoint =
  (auth: Auth) =>
  async (c: Context<NodeEnv>): Promise<Response> => {
    const form = await readOAuthForm(c)
    if (isRefusal(form)) return replyRefusal(c, form)
    const authenticated = authenticate(auth, form, c.req.header('authorization'))
    if ('refusal' in authenticated) return replyRefusal(c, authenticated.refusal, authenticated)
    const token = form.get('token')
    if (token === undefined) return replyRefusal(c, refuse('invalid_request', 'token is missing.'))
    await auth.revokeToken({ clients: [authenticated.client], token, requester: c.get('requester') })
    return reply(c, {})
  }
