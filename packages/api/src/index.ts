/**
 * The typed wire of a node. It translates between tRPC and `Auth`; it owns no rule and no HTTP.
 *
 * context.ts      what procedures may use
 * trpc.ts         publicProcedure, signedInProcedure, what an error looks like
 * routers/        device (start, verify, token, watch), session (refresh, list, revoke)
 *                 conventions (deploy, list, get)
 * router.ts       all of them, with `me` and `server.info`
 * router-type.ts  `AppRouter`, for clients (entry `@osa/api/router-type`)
 */
export type { ApiAuth, Context } from './context.ts'
export { appRouter } from './router.ts'
export type { AppRouter } from './router-type.ts'
export { createCallerFactory } from './trpc.ts'
