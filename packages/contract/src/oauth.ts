/**
 * The OAuth vocabulary of a node, as it stands on the wire: RFC 6749 (tokens, errors), RFC 8628 (device grant).
 * Wire documents are snake_case, durations are whole seconds.
 */
import * as z from 'zod/mini'

/** RFC 8628 §3.4. */
export const deviceCodeGrantType = 'urn:ietf:params:oauth:grant-type:device_code'
/** RFC 6749 §6. */
export const refreshTokenGrantType = 'refresh_token'
export const grantTypes = [deviceCodeGrantType, refreshTokenGrantType] as const
export type GrantType = (typeof grantTypes)[number]

/**
 * Every error code a node answers with: RFC 6749 §5.2, RFC 8628 §3.5, RFC 7009 §2.2.1, RFC 6750 §3.1, and the two
 * registered codes for a server in trouble (RFC 6749 §4.1.2.1).
 */
export const oauthErrorCodes = [
  'invalid_request',
  'invalid_client',
  'invalid_grant',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
  'authorization_pending',
  'slow_down',
  'access_denied',
  'expired_token',
  'unsupported_token_type',
  'invalid_token',
  'insufficient_scope',
  'temporarily_unavailable',
  'server_error',
] as const
export type OAuthErrorCode = (typeof oauthErrorCodes)[number]

/** An error document (RFC 6749 §5.2). `interval` comes with `slow_down`: the new whole poll interval in seconds. */
export const oauthError = z.object({
  error: z.enum(oauthErrorCodes),
  error_description: z.string(),
  interval: z.optional(z.int().check(z.positive())),
})
export type OAuthError = z.infer<typeof oauthError>

/** The answer to a device authorization request (RFC 8628 §3.2); every key of that is always sent. */
export const deviceAuthorizationResponse = z.object({
  device_code: z.string().check(z.minLength(1)),
  user_code: z.string().check(z.minLength(1)),
  verification_uri: z.url(),
  verification_uri_complete: z.url(),
  expires_in: z.int().check(z.positive()),
  interval: z.int().check(z.positive()),
  /** Where the terminal's listener sends its browser; only for a request that named a listener. */
  same_computer_uri: z.optional(z.url()),
  /** Sent beside it when nothing but a browser on the terminal's own computer may approve this request. */
  same_computer_required: z.optional(z.literal(true)),
})
export type DeviceAuthorizationResponse = z.infer<typeof deviceAuthorizationResponse>

/** A successful token answer (RFC 6749 §5.1). A node always sends a refresh token and the scope it granted. */
export const tokenResponse = z.object({
  access_token: z.string().check(z.minLength(1)),
  refresh_token: z.string().check(z.minLength(1)),
  token_type: z.literal('Bearer'),
  expires_in: z.int().check(z.positive()),
  scope: z.string(),
})
export type TokenResponse = z.infer<typeof tokenResponse>

/** What a token request comes to: tokens, or a refusal that the caller's `switch` on `error` can exhaust. */
export const tokenOutcome = z.union([tokenResponse, oauthError])
export type TokenOutcome = z.infer<typeof tokenOutcome>

/** What a refresh comes to. `reason` tells kinds of `invalid_grant` apart: an unknown token, a session that was ended, one that has expired. */
export const refreshOutcome = z.union([
  tokenResponse,
  z.extend(oauthError, { reason: z.optional(z.enum(['unknown', 'revoked', 'expired'])) }),
])
export type RefreshOutcome = z.infer<typeof refreshOutcome>

/** What a start comes to. */
export const deviceAuthorizationOutcome = z.union([deviceAuthorizationResponse, oauthError])
export type DeviceAuthorizationOutcome = z.infer<typeof deviceAuthorizationOutcome>

/** What `device.watch` says once: a poll gets a final answer now. Which one, only a poll says. */
export const deviceDecided = z.object({ status: z.literal('decided') })
export type DeviceDecided = z.infer<typeof deviceDecided>

/** What a watch comes to. */
export const deviceWatchOutcome = z.union([deviceDecided, oauthError])
export type DeviceWatchOutcome = z.infer<typeof deviceWatchOutcome>

/** Tells a refusal from a success document: only refusals carry `error`. */
export const isOAuthError = <T extends object>(outcome: T): outcome is Extract<T, { error: string }> =>
  'error' in outcome
