/** The revocation endpoint (RFC 7009). It ignores `token_type_hint`, since the form of a token shows its type. */
import { type Auth, refuse } from '@osa/core'
import { authenticatedEndpoint } from './authenticated.ts'
import { authenticate } from './client-credentials.ts'
import { reply, replyRefusal } from './reply.ts'

/** Ends the session of a token; unknown, foreign and already revoked tokens get 200 too (§2.2). Refuses with `invalid_request`, `invalid_client`. */
export const revocationEndpoint = (auth: Auth) =>
  authenticatedEndpoint(auth, authenticate, async (c, { form, client }) => {
    const token = form.get('token')
    if (token === undefined) return replyRefusal(c, refuse('invalid_request', 'token is missing.'))
    await auth.revokeToken({ clients: [client], token, requester: c.get('requester') })
    return reply(c, {})
  })
