/** The introspection endpoint (RFC 7662), for registered confidential resource servers only (§2.1, §4). */
import { type Auth, isRefusal, refuse } from '@osa/core'
import { authenticatedEndpoint } from './authenticated.ts'
import { authenticateConfidential } from './client-credentials.ts'
import { reply, replyRefusal } from './reply.ts'

/**
 * Says whether an access token is valid, and its claims; answers `{active: false}` for anything else. Refuses with `invalid_request`,
 * `invalid_client`, `temporarily_unavailable`.
 */
export const introspectionEndpoint = (auth: Auth) =>
  authenticatedEndpoint(auth, authenticateConfidential, async (c, { form, client }) => {
    const token = form.get('token')
    if (token === undefined) return replyRefusal(c, refuse('invalid_request', 'token is missing.'))
    const answer = await auth.introspectToken({ client, token, requester: c.get('requester') })
    return isRefusal(answer) ? replyRefusal(c, answer, { overload: 429 }) : reply(c, answer)
  })
