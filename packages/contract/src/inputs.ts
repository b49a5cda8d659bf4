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

/** Who asks to be signed in (RFC 8628 §3.1). */
export interface DeviceStartInput {
  /** The client's registration; without it that of our own command line. */
  client_id?: string | undefined
  /** Words separated by spaces; without it what the client may have by default. */
  scope?: string | undefined
  /** As the person is to recognise it among their terminals. */
  device_name?: string | undefined
  /** With `loopback_port`: names the terminal's listener for the same-computer proof. */
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

/** A code as a person typed it. */
export interface DeviceVerifyInput {
  user_code: string
}
export const deviceVerifyInput = z.object({ user_code: z.string() }) satisfies z.ZodMiniType<unknown, DeviceVerifyInput>

/** One poll. */
export interface DeviceTokenInput {
  device_code: string
  /** The client that started; without it our own command line. */
  client_id?: string | undefined
}
export const deviceTokenInput = z.object({
  device_code: text(1_000),
  client_id: clientId,
}) satisfies z.ZodMiniType<unknown, DeviceTokenInput>

/** Which start is watched. */
export interface DeviceWatchInput {
  /** The SHA-256 of the device code, base64url. */
  device_code_hash: string
  /** The client that started; without it our own command line. */
  client_id?: string | undefined
}
export const deviceWatchInput = z.object({
  device_code_hash: z.string().check(z.regex(/^[\w-]{43}$/)),
  client_id: clientId,
}) satisfies z.ZodMiniType<unknown, DeviceWatchInput>

/** A login that is presented. */
export interface SessionEndInput {
  refresh_token: string
  /** Without it the login may be any built-in client's, since these share what a computer has saved. */
  client_id?: string | undefined
}
export const sessionEndInput = z.object({
  refresh_token: text(1_000),
  client_id: z.optional(text(200)),
}) satisfies z.ZodMiniType<unknown, SessionEndInput>

/** A login that is to be renewed. */
export interface SessionRefreshInput extends SessionEndInput {
  /** Narrows the access token; words separated by spaces. */
  scope?: string | undefined
  /**
   * A secret of 32 random bytes (base64url or hexadecimal) that the caller makes for each refresh and sends again with a repeat of it, so
   * that a repeat from another network is known as its own.
   */
  attempt?: string | undefined
}
export const sessionRefreshInput = z.extend(sessionEndInput, {
  scope: shortText,
  attempt: z.optional(z.string().check(z.regex(/^([\w-]{43}|[0-9a-f]{64})$/))),
}) satisfies z.ZodMiniType<unknown, SessionRefreshInput>

/** Which session is to end. */
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
/** Typed for callers; what a convention really is is checked by the operation, whose answer says where it is wrong. */
export const conventionsDeployInput = z.object({
  conventions: z.array(z.custom<ConventionManifestInput>()),
}) satisfies z.ZodMiniType<unknown, ConventionsDeployInput>

/** Which convention. */
export interface ConventionsGetInput {
  slug: string
  /** The newest if it is left out. */
  version?: number | undefined
}
export const conventionsGetInput = z.object({
  slug: text(200),
  version: z.optional(z.int().check(z.minimum(1))),
}) satisfies z.ZodMiniType<unknown, ConventionsGetInput>
