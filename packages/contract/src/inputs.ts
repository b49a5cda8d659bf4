/** What a procedure takes. The node's router and the scripted node of `@osa/sdk/testing` check by the same schemas. */
import * as z from 'zod/mini'
import { builtInClientIds } from './access.ts'
import type { ConventionManifestInput } from './convention/manifest.ts'

/** A non-empty string of at most `maxLength` characters, without NUL and well-formed, because PostgreSQL refuses both (B27). */
const text = (maxLength: number) =>
  z.string().check(
    z.minLength(1),
    z.maxLength(maxLength),
    z.refine((value) => !value.includes('\0') && value.isWellFormed(), 'not plain text'),
  )

const shortText = z.optional(z.string().check(z.maxLength(1_000)))

/** Tools that do not say who they are get our own command line's registration. */
const clientId = z._default(text(200), builtInClientIds.cli)

export const deviceStartInput = z.object({
  client_id: clientId,
  scope: shortText,
  device_name: shortText,
  loopback_challenge: z.optional(z.string().check(z.maxLength(200))),
  loopback_port: z.optional(z.int()),
})
export const deviceVerifyInput = z.object({ user_code: z.string() })
export const deviceTokenInput = z.object({ device_code: text(1_000), client_id: clientId })
/** The SHA-256 of a device code, base64url. */
export const deviceWatchInput = z.object({
  device_code_hash: z.string().check(z.regex(/^[\w-]{43}$/)),
  client_id: clientId,
})

/** A login that is presented. Without a client it may be any built-in one's, since these share what a computer has saved. */
export const sessionEndInput = z.object({ refresh_token: text(1_000), client_id: z.optional(text(200)) })
export const sessionRefreshInput = z.extend(sessionEndInput, {
  scope: shortText,
  attempt: z.optional(z.string().check(z.regex(/^([\w-]{43}|[0-9a-f]{64})$/))),
})
export const sessionRevokeInput = z.object({ session_id: z.uuid() })

/** Typed for callers; what a convention really is is checked by the operation, whose answer says where it is wrong. */
export const conventionsDeployInput = z.object({ conventions: z.array(z.custom<ConventionManifestInput>()) })
export const conventionsGetInput = z.object({ slug: text(200), version: z.optional(z.int().check(z.minimum(1))) })
