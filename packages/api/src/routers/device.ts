/** The device grant (RFC 8628): start, find a pending code, poll, wait. Refusals are values of the output, not errors. */
import {
  type DeviceWatchOutcome,
  deviceAuthorizationOutcome,
  deviceStartInput,
  deviceTokenInput,
  deviceVerifyInput,
  deviceWatchInput,
  pendingDevice,
  tokenOutcome,
} from '@osa/contract'
import { errorDocument, isRefusal } from '@osa/core'
import { TRPCError } from '@trpc/server'
import { publicProcedure, router } from '../trpc.ts'

export const deviceRouter = router({
  /**
   * RFC 8628 §3.1. `loopback_challenge` and `loopback_port` name the terminal's listener for the same-computer proof. Refuses with
   * `invalid_client`, `unauthorized_client`, `invalid_scope`, `invalid_request`, `access_denied`, `temporarily_unavailable`.
   */
  start: publicProcedure
    .input(deviceStartInput)
    .output(deviceAuthorizationOutcome)
    .mutation(async ({ ctx: { auth, requester }, input }) => {
      const client = auth.authenticateClient({ clientId: input.client_id })
      if (isRefusal(client)) return errorDocument(client)
      const scope = input.scope === '' ? undefined : input.scope
      const started = await auth.startDeviceAuthorization({
        ...{ client, scope, deviceName: input.device_name, requester },
        ...{ loopbackChallenge: input.loopback_challenge, loopbackPort: input.loopback_port },
      })
      return isRefusal(started) ? errorDocument(started) : started
    }),

  /**
   * A user code in; who asks, for what, and where to continue out. A mutation, because it spends the guess budget and because
   * a query would put the code into a URL. Codes that cannot be decided are all `NOT_FOUND`; over budget `TOO_MANY_REQUESTS`.
   */
  verify: publicProcedure
    .input(deviceVerifyInput)
    .output(pendingDevice)
    .mutation(async ({ ctx: { auth, requester }, input }) => {
      const found = await auth.describeUserCode({ userCode: input.user_code, requester })
      if (!isRefusal(found)) return found
      const code = found.error === 'temporarily_unavailable' ? 'TOO_MANY_REQUESTS' : 'NOT_FOUND'
      throw new TRPCError({ code, message: found.error_description })
    }),

  /** One poll (RFC 8628 §3.4). The refusals of §3.5 are values: `authorization_pending`, `slow_down` and so on. */
  token: publicProcedure
    .input(deviceTokenInput)
    .output(tokenOutcome)
    .mutation(async ({ ctx: { auth, requester }, input }) => {
      const client = auth.authenticateClient({ clientId: input.client_id })
      if (isRefusal(client)) return errorDocument(client)
      const outcome = await auth.exchangeDeviceCode({ clients: [client], deviceCode: input.device_code, requester })
      return isRefusal(outcome) ? errorDocument(outcome) : outcome
    }),

  /**
   * Says once, and then ends, when a poll would get a final answer. A subscription is a GET, and what it asks for stands in its URL,
   * which proxies log: so it asks by the SHA-256 of the device code, base64url. That finds the code and is worth nothing else: no
   * endpoint takes it for the code, and 256 random bits cannot be found from their hash. Whoever reads it in a log can learn that a
   * decision has fallen, not which. Refusals are `invalid_client`, `invalid_grant` and `temporarily_unavailable`; after any of
   * them, and where streams do not get through, polling goes on.
   */
  watch: publicProcedure.input(deviceWatchInput).subscription(async function* ({
    ctx,
    input,
    signal,
  }): AsyncGenerator<DeviceWatchOutcome, void> {
    const client = ctx.auth.authenticateClient({ clientId: input.client_id })
    if (isRefusal(client)) return yield errorDocument(client)
    const outcome = await ctx.auth.watchDeviceAuthorization({
      clients: [client],
      deviceCodeHash: input.device_code_hash,
      requester: ctx.requester,
      signal: signal ? AbortSignal.any([signal, ctx.stopping]) : ctx.stopping,
    })
    if (outcome) yield isRefusal(outcome) ? errorDocument(outcome) : outcome
  }),
})
