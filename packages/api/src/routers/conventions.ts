/** Conventions: publishers register them, everyone can read them. */
import {
  conventionDetail,
  conventionSummary,
  conventionsDeployInput,
  conventionsGetInput,
  type DeployOutcome,
  deployOutcome,
} from '@osa/contract'
import { type DeployRejection, isDeployRejection } from '@osa/core'
import { TRPCError } from '@trpc/server'
import { z } from 'zod'
import { RefusedDeploy } from '../refused-call.ts'
import { publicProcedure, router, signedInProcedure } from '../trpc.ts'

export const conventionsRouter = router({
  deploy: signedInProcedure
    .input(conventionsDeployInput)
    .output(deployOutcome)
    .mutation(async ({ ctx: { conventions, principal, requester }, input }) => {
      const outcome = await conventions.deploy({ principal, manifests: input.conventions, requester })
      return isDeployRejection(outcome) ? rejected(outcome) : { conventions: [...outcome.conventions] }
    }),

  list: publicProcedure.output(z.array(conventionSummary)).query(({ ctx }) => ctx.conventions.list()),

  get: publicProcedure
    .input(conventionsGetInput)
    .output(conventionDetail)
    .query(async ({ ctx, input }) => {
      const found = await ctx.conventions.get(input)
      if (!found) throw new TRPCError({ code: 'NOT_FOUND', message: 'There is no such convention.' })
      return found
    }),
})

/** Returns a rejection that the caller can fix by changing the conventions; throws every other as a `TRPCError`. */
function rejected(rejection: DeployRejection): DeployOutcome {
  const { error_description: message } = rejection
  switch (rejection.error) {
    case 'invalid_convention': {
      const issues = rejection.issues.map((issue) => ({
        ...issue,
        path: issue.path === '' ? 'conventions' : `conventions.${issue.path}`,
      }))
      return { error: rejection.error, error_description: message, issues }
    }
    case 'session_ended':
      throw new TRPCError({ code: 'UNAUTHORIZED', message })
    case 'limited':
      throw new TRPCError({ code: 'TOO_MANY_REQUESTS', message, cause: new RefusedDeploy(rejection) })
    default:
      throw new TRPCError({ code: 'FORBIDDEN', message, cause: new RefusedDeploy(rejection) })
  }
}
