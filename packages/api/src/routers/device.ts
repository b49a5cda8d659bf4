/**
 * The device grant (RFC 8628): start a sign-in, look up a pending user code, poll, wait for the decision. All but `verify` return refusals
 * as values of the output instead of throwing them.
 */
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

  verify: publicProcedure
    .input(deviceVerifyInput)
    .output(pendingDevice)
    .mutation(async ({ ctx: { auth, requester }, input }) => {
      const found = await auth.describeUserCode({ userCode: input.user_code, requester })
      if (!isRefusal(found)) return found
      const code = found.error === 'temporarily_unavailable' ? 'TOO_MANY_REQUESTS' : 'NOT_FOUND'
      throw new TRPCError({ code, message: found.error_description })
    }),

  token: publicProcedure
    .input(deviceTokenInput)
    .output(tokenOutcome)
    .mutation(async ({ ctx: { auth, requester }, input }) => {
      const client = auth.authenticateClient({ clientId: input.client_id })
      if (isRefusal(client)) return errorDocument(client)
      const outcome = await auth.exchangeDeviceCode({ clients: [client], deviceCode: input.device_code, requester })
      return isRefusal(outcome) ? errorDocument(outcome) : outcome
    }),

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
