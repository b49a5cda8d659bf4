/** The revocation endpoint (RFC 7009). `token_type_hint` is not needed: the two kinds of token look different. */
import { type Auth, refuse } from '@osa/core'
import { authenticatedEndpoint } from './authenticated.ts'
import { authenticate } from './client-credentials.ts'
import { reply, replyRefusal } from './reply.ts'

/** Ends the session behind a token; 200 for unknown, foreign and already revoked tokens too (§2.2). Refuses with `invalid_request`, `invalid_client`. */
export const revocationEndpoint = (auth: Auth) =>
  authenticatedEndpoint(auth, authenticate, async (c, { form, client }) => {
    const token = form.get('token')
    if (token === undefined) return replyRefusal(c, refuse('invalid_request', 'token is missing.'))
    await auth.revokeToken({ clients: [client], token, requester: c.get('requester') })
    return reply(c, {})
  })
