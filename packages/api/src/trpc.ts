/** The tRPC instance and the two kinds of procedure: open to all, and for signed-in people. */
import { inputIssuesOf, issuesText } from '@osa/contract'
import { isRefusal } from '@osa/core'
import { initTRPC, TRPCError } from '@trpc/server'
import superjson from 'superjson'
import type { Context } from './context.ts'
import { inputTransformer } from './input-transformer.ts'
import { RefusedDeploy, RefusedToken } from './refused-call.ts'

const t = initTRPC.context<Context>().create({
  transformer: { input: inputTransformer, output: superjson },
  // a sign of life keeps proxies from closing a quiet stream, and tells either side that the other is gone
  sse: { ping: { enabled: true, intervalMs: 15_000 }, client: { reconnectAfterInactivityMs: 45_000 } },
  // without a stack, and for what nobody foresaw without the message too: either may hold internals (B29)
  errorFormatter: ({ shape, error, ctx }) => {
    const { stack: _stack, ...known } = shape.data
    const isOutage = error.code === 'INTERNAL_SERVER_ERROR' && ctx?.isUnavailable(error.cause) === true
    const data: typeof known = isOutage ? { ...known, code: 'SERVICE_UNAVAILABLE', httpStatus: 503 } : known
    const refusal = error.cause instanceof RefusedDeploy ? { refusal: error.cause.refusal } : {}
    const token = error.cause instanceof RefusedToken ? { token_error: error.cause.code } : {}
    const issues = error.code === 'BAD_REQUEST' ? inputIssuesOf(error.cause) : null
    const input = issues === null ? {} : { issues }
    return {
      ...shape,
      data: { ...data, ...refusal, ...token, ...input },
      message: isOutage ? unavailable : publicMessage(error),
    }
  },
})

/** Worth another try (B30). In the error itself too, because in a batch or a stream the status line cannot say of which call it speaks. */
const unavailable = 'The archive cannot reach its database. Please try again.'

function publicMessage({ code, message, cause }: TRPCError): string {
  if (code === 'INTERNAL_SERVER_ERROR') return 'Something went wrong in the archive.'
  if (code !== 'BAD_REQUEST' || !cause) return message
  const issues = inputIssuesOf(cause)
  // what is not a schema's finding is a parser's, whose message repeats what was sent
  return issues === null
    ? 'The input cannot be read. It belongs under "json" in a JSON body, or in ?input= of a query.'
    : issuesText(issues)
}

export const router = t.router
export const createCallerFactory = t.createCallerFactory

/** For everybody; the operation itself decides. */
export const publicProcedure = t.procedure

/**
 * For the holder of a valid access token; adds `ctx.principal`, read from the database at this call (F16). Others get
 * `UNAUTHORIZED` (RFC 6750 §3.1).
 */
export const signedInProcedure = t.procedure.use(async ({ ctx, next }) => {
  const principal = await ctx.auth.authenticate(ctx.accessToken)
  if (isRefusal(principal)) {
    const message = principal.error_description
    throw new TRPCError({ code: 'UNAUTHORIZED', message, cause: new RefusedToken(principal) })
  }
  return next({ ctx: { ...ctx, principal } })
})
