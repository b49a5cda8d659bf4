/** The router's type, and nothing that runs: what clients import. */
import type { appRouter } from './router.ts'

export type AppRouter = typeof appRouter
