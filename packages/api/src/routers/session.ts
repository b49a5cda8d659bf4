/** Sessions of signed-in terminals: refresh tokens (RFC 6749 §6), end a session by its refresh token (RFC 7009), list sessions, revoke one. */
import {
  type RefreshOutcome,
  refreshOutcome,
  session,
  sessionEndInput,
  sessionRefreshInput,
  sessionRevokeInput,
} from '@osa/contract'
import { errorDocument, isRefusal, type Refusal } from '@osa/core'
import { TRPCError } from '@trpc/server'
import { z } from 'zod'
import { presentingClients } from '../clients.ts'
import { publicProcedure, router, signedInProcedure } from '../trpc.ts'

function refusedRefresh(refusal: Refusal): RefreshOutcome {
  const { reason } = refusal
  return { ...errorDocument(refusal), ...(reason && reason !== 'missing' ? { reason } : {}) }
}

export const sessionRouter = router({
  refresh: publicProcedure
    .input(sessionRefreshInput)
    .output(refreshOutcome)
    .mutation(async ({ ctx: { auth, requester }, input }) => {
      const clients = presentingClients(auth, input.client_id)
      if (isRefusal(clients)) return errorDocument(clients)
      const { refresh_token: refreshToken, attempt } = input
      const scope = input.scope === '' ? undefined : input.scope
      const outcome = await auth.exchangeRefreshToken({ clients, refreshToken, attempt, scope, requester })
      return isRefusal(outcome) ? refusedRefresh(outcome) : outcome
    }),

  end: publicProcedure
    .input(sessionEndInput)
    .output(z.object({ ended: z.literal(true) }))
    .mutation(async ({ ctx: { auth, requester }, input }) => {
      const clients = presentingClients(auth, input.client_id)
      if (isRefusal(clients)) throw new TRPCError({ code: 'BAD_REQUEST', message: clients.error_description })
      await auth.revokeToken({ clients, token: input.refresh_token, requester })
      return { ended: true as const }
    }),

  list: signedInProcedure
    .output(z.array(session))
    .query(({ ctx: { auth, principal } }) =>
      auth.listSessions({ userId: principal.user.id, currentSessionId: principal.sessionId }),
    ),

  revoke: signedInProcedure
    .input(sessionRevokeInput)
    .output(z.object({ revoked: z.literal(true) }))
    .mutation(async ({ ctx: { auth, principal, requester }, input }) => {
      const sessionId = input.session_id.toLowerCase()
      const outcome = await auth.revokeSession({ actor: principal, sessionId, requester })
      if (outcome === 'unauthorized') throw new TRPCError({ code: 'UNAUTHORIZED', message: 'The session was ended.' })
      if (outcome === 'unknown') throw new TRPCError({ code: 'NOT_FOUND', message: 'There is no such session.' })
      return { revoked: true as const }
    }),
})
