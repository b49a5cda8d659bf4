/**
 * The node's router as a caller sees it: every procedure's input, output and error, and nothing of what a procedure runs on. The node's own
 * type names its context, and with that every operation of the node; a caller's editor should load none of it.
 */
import type { AppRouter as NodeRouter } from '@osa/api/router-type'
import type { AnyTRPCProcedure, AnyTRPCRouter, TRPCBuiltRouter } from '@trpc/server'

// The two `infer` make TypeScript write the result out in the published declarations, instead of naming what it was made from.
type Procedures<Node> = Node extends infer Record
  ? { [Name in keyof Record]: Record[Name] extends AnyTRPCProcedure ? Record[Name] : Procedures<Record[Name]> }
  : never

type Types<Router extends AnyTRPCRouter> = Router['_def']['_config']['$types'] extends infer Types extends {
  errorShape: unknown
}
  ? { ctx: object; meta: object; errorShape: Types['errorShape']; transformer: true }
  : never

declare const seenByCallers: <Router extends AnyTRPCRouter>() => TRPCBuiltRouter<
  Types<Router>,
  Procedures<Router['_def']['record']>
>
const router = seenByCallers<NodeRouter>()

/** The router of an OSA node, as `TRPCClient` and tRPC's inference helpers take it. */
export type AppRouter = typeof router
