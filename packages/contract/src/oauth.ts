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
/** One of `oauthErrorCodes`. */
export type OAuthErrorCode = (typeof oauthErrorCodes)[number]

/** An error document (RFC 6749 §5.2). */
export interface OAuthError {
  error: OAuthErrorCode
  error_description: string
  /** Comes with `slow_down`: the new whole poll interval in seconds. */
  interval?: number | undefined
}
export const oauthError = z.object({
  error: z.enum(oauthErrorCodes),
  error_description: z.string(),
  interval: z.optional(z.int().check(z.positive())),
}) satisfies z.ZodMiniType<OAuthError>

/** The answer to a device authorization request (RFC 8628 §3.2); every key of that is always sent. */
export interface DeviceAuthorizationResponse {
  /** The secret that the terminal polls with. */
  device_code: string
  /** What the person types or compares: `WDJB-MJHT`. */
  user_code: string
  /** Where the person types it. */
  verification_uri: string
  /** The same page with the code filled in. */
  verification_uri_complete: string
  /** Seconds that both codes last. */
  expires_in: number
  /** Seconds between two polls. */
  interval: number
  /** What a terminal with a listener opens in a browser on its computer; only for a request that named a listener. */
  same_computer_uri?: string | undefined
  /** Sent beside it when nothing but a browser on the terminal's own computer may approve this request. */
  same_computer_required?: true | undefined
}
export const deviceAuthorizationResponse = z.object({
  device_code: z.string().check(z.minLength(1)),
  user_code: z.string().check(z.minLength(1)),
  verification_uri: z.url(),
  verification_uri_complete: z.url(),
  expires_in: z.int().check(z.positive()),
  interval: z.int().check(z.positive()),
  same_computer_uri: z.optional(z.url()),
  same_computer_required: z.optional(z.literal(true)),
}) satisfies z.ZodMiniType<DeviceAuthorizationResponse>

/** A successful token answer (RFC 6749 §5.1). A node always sends a refresh token and the scope it granted. */
export interface TokenResponse {
  /** For the `Authorization` header of each call. */
  access_token: string
  /** Renews the session, once: each refresh answers the next one. */
  refresh_token: string
  token_type: 'Bearer'
  /** Seconds that the access token lasts. */
  expires_in: number
  /** Words separated by spaces. */
  scope: string
}
export const tokenResponse = z.object({
  access_token: z.string().check(z.minLength(1)),
  refresh_token: z.string().check(z.minLength(1)),
  token_type: z.literal('Bearer'),
  expires_in: z.int().check(z.positive()),
  scope: z.string(),
}) satisfies z.ZodMiniType<TokenResponse>

export const tokenOutcome = z.union([tokenResponse, oauthError])
/** What a token request comes to: tokens, or a refusal that the caller's `switch` on `error` can exhaust. */
export type TokenOutcome = TokenResponse | OAuthError

/** Why a refresh was refused. */
export interface RefusedRefresh extends OAuthError {
  /** Tells kinds of `invalid_grant` apart: an unknown token, a session that was ended, one that has expired. */
  reason?: 'unknown' | 'revoked' | 'expired' | undefined
}

export const refreshOutcome = z.union([
  tokenResponse,
  z.extend(oauthError, { reason: z.optional(z.enum(['unknown', 'revoked', 'expired'])) }),
])
/** What a refresh comes to. */
export type RefreshOutcome = TokenResponse | RefusedRefresh

export const deviceAuthorizationOutcome = z.union([deviceAuthorizationResponse, oauthError])
/** What a start comes to. */
export type DeviceAuthorizationOutcome = DeviceAuthorizationResponse | OAuthError

/** What `device.watch` says once: a poll gets a final answer now. Which one, only a poll says. */
export interface DeviceDecided {
  status: 'decided'
}
export const deviceDecided = z.object({ status: z.literal('decided') }) satisfies z.ZodMiniType<DeviceDecided>

export const deviceWatchOutcome = z.union([deviceDecided, oauthError])
/** What a watch comes to. */
export type DeviceWatchOutcome = DeviceDecided | OAuthError

/** Tells a refusal from a success document: only refusals carry `error`. */
export const isOAuthError = <T extends object>(outcome: T): outcome is Extract<T, { error: string }> =>
  'error' in outcome
