/** The endpoints where a client authenticates with a form (RFC 6749 §2.3, §3.2): their common first steps. */
import { type Auth, type Client, isRefusal } from '@osa/core'
import type { Context } from 'hono'
import type { NodeEnv } from '../requester.ts'
import type { authenticate } from './client-credentials.ts'
import { type Form, readOAuthForm } from './form.ts'
import { replyRefusal } from './reply.ts'

/** Reads the form, authenticates the client and passes both to `answer`. Refuses with `invalid_request` or `invalid_client`. */
export const authenticatedEndpoint =
  (
    auth: Auth,
    authenticateClient: typeof authenticate,
    answer: (c: Context<NodeEnv>, request: { form: Form; client: Client }) => Promise<Response>,
  ) =>
  async (c: Context<NodeEnv>): Promise<Response> => {
    const form = await readOAuthForm(c)
    if (isRefusal(form)) return replyRefusal(c, form)
    const authenticated = authenticateClient(auth, form, c.req.header('authorization'))
    if ('refusal' in authenticated) return replyRefusal(c, authenticated.refusal, authenticated)
    return answer(c, { form, client: authenticated.client })
  }
