/**
 * The typed wire of a node. It translates between tRPC and `Auth`, and contains no rules and no HTTP.
 *
 * context.ts            what procedures may use
 * trpc.ts               publicProcedure, signedInProcedure, the format of errors
 * input-transformer.ts  reads inputs: plain JSON only
 * clients.ts            the clients that a code or token may belong to
 * refused-call.ts       the reason of a refused call, for the error's `data`
 * routers/              device (start, verify, token, watch), session (refresh, end, list, revoke),
 *                       conventions (deploy, list, get)
 * router.ts             all of them, with `me` and `server.info`
 * router-type.ts        `AppRouter`: input, output and documentation of each procedure, for clients (entry `@osa/api/router-type`)
 */
export { presentingClients } from './clients.ts'
export type { ApiAuth, Context } from './context.ts'
export { bearerErrorCode } from './refused-call.ts'
export { appRouter } from './router.ts'
export type { AppRouter } from './router-type.ts'
export { createCallerFactory } from './trpc.ts'
