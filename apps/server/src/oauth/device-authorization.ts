/** The device authorization endpoint (RFC 8628 §3.1, §3.2). */
import { type Auth, isRefusal } from '@osa/core'
import type { Context } from 'hono'
import type { NodeEnv } from '../requester.ts'
import { authenticate } from './client-credentials.ts'
import { readOAuthForm } from './form.ts'
import { reply, replyRefusal } from './reply.ts'

/** Starts a device authorization. Beside the refusals of `startDeviceAuthorization`: `invalid_request`, `invalid_client`. */
export const deviceAuthorizationEndpoint =
  (auth: Auth) =>
  async (c: Context<NodeEnv>): Promise<Response> => {
    const form = await readOAuthForm(c)
    if (isRefusal(form)) return replyRefusal(c, form)
    const authenticated = authenticate(auth, form, c.req.header('authorization'))
    if ('refusal' in authenticated) return replyRefusal(c, authenticated.refusal, authenticated)
    const started = await auth.startDeviceAuthorization({
      client: authenticated.client,
      scope: form.get('scope'),
      deviceName: form.get('device_name'),
      loopbackChallenge: form.get('loopback_challenge'),
      loopbackPort: form.get('loopback_port'),
      requester: c.get('requester'),
    })
    return isRefusal(started) ? replyRefusal(c, started, { overload: 429 }) : reply(c, started)
  }
