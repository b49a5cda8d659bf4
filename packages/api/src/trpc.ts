/** The tRPC instance and the two kinds of procedure: public, and for signed-in people. */
import { inputIssuesOf, issuesText } from '@osa/contract'
import { isRefusal } from '@osa/core'
import { initTRPC, TRPCError } from '@trpc/server'
import superjson from 'superjson'
import type { Context } from './context.ts'
import { inputTransformer } from './input-transformer.ts'
import { RefusedDeploy, RefusedToken } from './refused-call.ts'

const t = initTRPC.context<Context>().create({
  transformer: { input: inputTransformer, output: superjson },
  // pings keep proxies from closing an idle stream, and let each side notice when the other is gone
  sse: { ping: { enabled: true, intervalMs: 15_000 }, client: { reconnectAfterInactivityMs: 45_000 } },
  // the stack is always removed, and the message too if the error was unexpected: both can contain internals (B29)
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

/** The call may be retried (B30). The error itself says so because the status of a batch or stream cannot tell which of its calls failed. */
const unavailable = 'The archive cannot reach its database. Please try again.'

function publicMessage({ code, message, cause }: TRPCError): string {
  if (code === 'INTERNAL_SERVER_ERROR') return 'Something went wrong in the archive.'
  if (code !== 'BAD_REQUEST' || !cause) return message
  const issues = inputIssuesOf(cause)
  // an error that does not come from a schema comes from a parser, whose message quotes the input
  return issues === null
    ? 'The input cannot be read. It belongs under "json" in a JSON body, or in ?input= of a query.'
    : issuesText(issues)
}

export const router = t.router
export const createCallerFactory = t.createCallerFactory

/** A procedure that anyone may call; the operation itself checks what it needs. */
export const publicProcedure = t.procedure

/**
 * A procedure that requires a valid access token. It adds `ctx.principal`, read from the database at this call (F16). Throws `UNAUTHORIZED`
 * when the token is missing or not valid (RFC 6750 §3.1).
 */
export const signedInProcedure = t.procedure.use(async ({ ctx, next }) => {
  const principal = await ctx.auth.authenticate(ctx.accessToken)
  if (isRefusal(principal)) {
    const message = principal.error_description
    throw new TRPCError({ code: 'UNAUTHORIZED', message, cause: new RefusedToken(principal) })
  }
  return next({ ctx: { ...ctx, principal } })
})
