/**
 * The typed wire of a node. It translates between tRPC and `Auth`; it owns no rule and no HTTP.
 *
 * context.ts      what procedures may use
 * trpc.ts         publicProcedure, signedInProcedure, what an error looks like
 * clients.ts      whose code or token it may be
 * refused-…       why a call was refused, as an error's `data` says it
 * routers/        device (start, verify, token, watch), session (refresh, end, list, revoke)
 *                 conventions (deploy, list, get)
 * router.ts       all of them, with `me` and `server.info`
 * router-type.ts  `AppRouter`: what each procedure takes, answers and does, for clients (entry `@osa/api/router-type`)
 */
export { presentingClients } from './clients.ts'
export type { ApiAuth, Context } from './context.ts'
export { bearerErrorCode } from './refused-call.ts'
export { appRouter } from './router.ts'
export type { AppRouter } from './router-type.ts'
export { createCallerFactory } from './trpc.ts'
