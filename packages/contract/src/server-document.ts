/** `GET /.well-known/osa`: how a tool recognises a node and learns where its parts are. */
import * as z from 'zod/mini'

export const serverDocument = z.object({
  name: z.string(),
  /** One line on what this archive is. */
  description: z.optional(z.string()),
  /** An SVG drawing. */
  logo: z.optional(z.url()),
  /** Whom to ask: a `mailto:` or `https:` address. */
  contact: z.optional(z.url()),
  /** Of links and buttons on its pages, `#rrggbb`. */
  accent_color: z.optional(z.string().check(z.regex(/^#[0-9a-f]{6}$/))),
  version: z.string(),
  issuer: z.url(),
  api: z.url(),
  trpc: z.url(),
  /** For how many seconds a repeated refresh gets the same answer, so that a client may retry after a lost one. */
  refresh_reuse_grace_seconds: z.int().check(z.nonnegative()),
})
export type ServerDocument = z.infer<typeof serverDocument>
