/** The inputs of procedures. The node's router and the fake node of `@osa/sdk/testing` check them with the same schemas. */
import * as z from 'zod/mini'
import { builtInClientIds } from './access.ts'
import type { ConventionManifestInput } from './convention/manifest.ts'

/** A string of 1 to `maxLength` characters without NUL and lone surrogates, because PostgreSQL refuses both (B27). */
const text = (maxLength: number) =>
  z.string().check(
    z.minLength(1),
    z.maxLength(maxLength),
    z.refine((value) => !value.includes('\0') && value.isWellFormed(), 'not plain text'),
  )

const shortText = z.optional(z.string().check(z.maxLength(1_000)))

/** Tools that send no client id are treated as the `osa` command. */
const clientId = z._default(text(200), builtInClientIds.cli)

/** A device authorization request (RFC 8628 §3.1). */
export interface DeviceStartInput {
  /** The registered client; by default that of the `osa` command. */
  client_id?: string | undefined
  /** Words separated by spaces; by default every scope that the client may have. */
  scope?: string | undefined
  /** The name by which the person recognises the terminal among their sessions. */
  device_name?: string | undefined
  /** Identifies the terminal's listener for the same-computer proof, together with `loopback_port`. */
  loopback_challenge?: string | undefined
  loopback_port?: number | undefined
}
export const deviceStartInput = z.object({
  client_id: clientId,
  scope: shortText,
  device_name: shortText,
  loopback_challenge: z.optional(z.string().check(z.maxLength(200))),
  loopback_port: z.optional(z.int()),
}) satisfies z.ZodMiniType<unknown, DeviceStartInput>

/** A user code as the person typed it. */
export interface DeviceVerifyInput {
  user_code: string
}
export const deviceVerifyInput = z.object({ user_code: z.string() }) satisfies z.ZodMiniType<unknown, DeviceVerifyInput>

/** One poll for tokens (RFC 8628 §3.4). */
export interface DeviceTokenInput {
  device_code: string
  /** The client that started the sign-in; by default that of the `osa` command. */
  client_id?: string | undefined
}
export const deviceTokenInput = z.object({
  device_code: text(1_000),
  client_id: clientId,
}) satisfies z.ZodMiniType<unknown, DeviceTokenInput>

/** The sign-in whose decision to wait for. */
export interface DeviceWatchInput {
  /** The SHA-256 of the device code, base64url. */
  device_code_hash: string
  /** The client that started the sign-in; by default that of the `osa` command. */
  client_id?: string | undefined
}
export const deviceWatchInput = z.object({
  device_code_hash: z.string().check(z.regex(/^[\w-]{43}$/)),
  client_id: clientId,
}) satisfies z.ZodMiniType<unknown, DeviceWatchInput>

/** The session to end, by its refresh token. */
export interface SessionEndInput {
  refresh_token: string
  /** The client that the token belongs to. By default any built-in client, since these share saved logins. */
  client_id?: string | undefined
}
export const sessionEndInput = z.object({
  refresh_token: text(1_000),
  client_id: z.optional(text(200)),
}) satisfies z.ZodMiniType<unknown, SessionEndInput>

/** The session to refresh, by its refresh token (RFC 6749 §6). */
export interface SessionRefreshInput extends SessionEndInput {
  /** A narrower scope for the access token; words separated by spaces. */
  scope?: string | undefined
  /**
   * A secret of 32 random bytes (base64url or hexadecimal). The caller makes one for each refresh and sends it again when it repeats that
   * refresh, so that the node recognises a repeat from another network as the same terminal's.
   */
  attempt?: string | undefined
}
export const sessionRefreshInput = z.extend(sessionEndInput, {
  scope: shortText,
  attempt: z.optional(z.string().check(z.regex(/^([\w-]{43}|[0-9a-f]{64})$/))),
}) satisfies z.ZodMiniType<unknown, SessionRefreshInput>

/** One of the caller's sessions, to revoke it. */
export interface SessionRevokeInput {
  session_id: string
}
export const sessionRevokeInput = z.object({ session_id: z.uuid() }) satisfies z.ZodMiniType<
  unknown,
  SessionRevokeInput
>

/** All conventions of one deploy, at most 50. */
export interface ConventionsDeployInput {
  conventions: ConventionManifestInput[]
}
/** The schema only gives callers the type. The operation checks each convention, and its output lists the issues. */
export const conventionsDeployInput = z.object({
  conventions: z.array(z.custom<ConventionManifestInput>()),
}) satisfies z.ZodMiniType<unknown, ConventionsDeployInput>

/** The convention to read. */
export interface ConventionsGetInput {
  slug: string
  /** By default the newest. */
  version?: number | undefined
}
export const conventionsGetInput = z.object({
  slug: text(200),
  version: z.optional(z.int().check(z.minimum(1))),
}) satisfies z.ZodMiniType<unknown, ConventionsGetInput>
