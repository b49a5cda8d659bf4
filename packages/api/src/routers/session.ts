/** Signed-in terminals: refresh one's tokens (RFC 6749 §6), list the sessions, end one. */
import { builtInClientIds, session, tokenOutcome } from '@osa/contract'
import { errorDocument, isRefusal } from '@osa/core'
import { TRPCError } from '@trpc/server'
import { z } from 'zod'
import { inputText } from '../text.ts'
import { publicProcedure, router, signedInProcedure } from '../trpc.ts'

export const sessionRouter = router({
  /** Exchanges a refresh token, rotating it. `scope` may narrow the access token. Refusals are values: `invalid_grant`, `invalid_scope`. */
  refresh: publicProcedure
    .input(
      z.object({
        refresh_token: inputText(1_000),
        client_id: inputText(200).default(builtInClientIds.cli),
        scope: z.string().max(1_000).optional(),
      }),
    )
    .output(tokenOutcome)
    .mutation(async ({ ctx: { auth, requester }, input }) => {
      const client = auth.authenticateClient({ clientId: input.client_id })
      if (isRefusal(client)) return errorDocument(client)
      const { refresh_token: refreshToken } = input
      const scope = input.scope === '' ? undefined : input.scope
      const outcome = await auth.exchangeRefreshToken({ clients: [client], refreshToken, scope, requester })
      return isRefusal(outcome) ? errorDocument(outcome) : outcome
    }),

  /** The caller's own sessions, newest first; `current` marks the one of the presented token. */
  list: signedInProcedure
    .output(z.array(session))
    .query(({ ctx: { auth, principal } }) =>
      auth.listSessions({ userId: principal.user.id, currentSessionId: principal.sessionId }),
    ),

  /** Ends one of the caller's own sessions; `NOT_FOUND` for any other. */
  revoke: signedInProcedure
    .input(z.object({ session_id: z.uuid() }))
    .output(z.object({ revoked: z.literal(true) }))
    .mutation(async ({ ctx: { auth, principal, requester }, input }) => {
      const sessionId = input.session_id.toLowerCase()
      const revoked = await auth.revokeSession({ userId: principal.user.id, sessionId, requester })
      if (!revoked) throw new TRPCError({ code: 'NOT_FOUND', message: 'There is no such session.' })
      return { revoked: true as const }
    }),
})
