/** The whole router: a table of contents of the typed wire. router-type.ts documents each procedure. */
import { me, serverDocument } from '@osa/contract'
import { conventionsRouter } from './routers/conventions.ts'
import { deviceRouter } from './routers/device.ts'
import { sessionRouter } from './routers/session.ts'
import { publicProcedure, router, signedInProcedure } from './trpc.ts'

export const appRouter = router({
  device: deviceRouter,
  session: sessionRouter,
  conventions: conventionsRouter,
  me: signedInProcedure.output(me).query(({ ctx }) => ctx.principal.me),
  server: router({
    info: publicProcedure.output(serverDocument).query(({ ctx }) => ctx.serverDocument),
  }),
})
