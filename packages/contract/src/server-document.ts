/** `GET /.well-known/osa`: how a tool recognises a node and learns where its parts are. */
import * as z from 'zod/mini'

/** What a node says of itself (`server.info`, `GET /.well-known/osa`). */
export interface ServerDocument {
  name: string
  /** One line on what this archive is. */
  description?: string | undefined
  /** The address of an SVG drawing. */
  logo?: string | undefined
  /** Whom to ask: a `mailto:` or `https:` address. */
  contact?: string | undefined
  /** Of links and buttons on its pages, `#rrggbb`. */
  accent_color?: string | undefined
  version: string
  /** The node's address, as its tokens name it. */
  issuer: string
  api: string
  trpc: string
  /** For how many seconds a repeated refresh gets the same answer, so that a client may retry after a lost one. */
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
