/** `GET /.well-known/osa`: the document by which a tool recognises a node and finds its wires. */
import * as z from 'zod/mini'

/** A node's description of itself (`server.info`, `GET /.well-known/osa`). */
export interface ServerDocument {
  name: string
  /** A description of the archive in one line. */
  description?: string | undefined
  /** The address of an SVG image. */
  logo?: string | undefined
  /** Where to ask for help: a `mailto:` or `https:` address. */
  contact?: string | undefined
  /** The colour of links and buttons on its pages, `#rrggbb`. */
  accent_color?: string | undefined
  version: string
  /** The node's public origin: the issuer of its tokens. */
  issuer: string
  /** The base address of the v1 wire. */
  api: string
  /** The address of the tRPC wire. */
  trpc: string
  /** How long a repeated refresh gets the same answer, in seconds, so that a client can retry when an answer was lost. */
  refresh_reuse_grace_seconds: number
}
export const serverDocument = z.object({
  name: z.string(),
  description: z.optional(z.string()),
  logo: z.optional(z.url()),
  contact: z.optional(z.url()),
  accent_color: z.optional(z.string().check(z.regex(/^#[0-9a-f]{6}$/))),
  version: z.string(),
  issuer: z.url(),
  api: z.url(),
  trpc: z.url(),
  refresh_reuse_grace_seconds: z.int().check(z.nonnegative()),
}) satisfies z.ZodMiniType<ServerDocument>
