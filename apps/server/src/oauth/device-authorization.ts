/** The device authorization endpoint (RFC 8628 §3.1, §3.2). */
import { type Auth, isRefusal } from '@osa/core'
import { authenticatedEndpoint } from './authenticated.ts'
import { authenticate } from './client-credentials.ts'
import { reply, replyRefusal } from './reply.ts'

/** Starts a device authorization. Refuses with `invalid_request`, `invalid_client` and the refusals of `startDeviceAuthorization`. */
export const deviceAuthorizationEndpoint = (auth: Auth) =>
  authenticatedEndpoint(auth, authenticate, async (c, { form, client }) => {
    const started = await auth.startDeviceAuthorization({
      client,
      scope: form.get('scope'),
      deviceName: form.get('device_name'),
      loopbackChallenge: form.get('loopback_challenge'),
      loopbackPort: form.get('loopback_port'),
      requester: c.get('requester'),
    })
    return isRefusal(started) ? replyRefusal(c, started, { overload: 429 }) : reply(c, started)
  })
