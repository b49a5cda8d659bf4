/**
 * The OAuth documents of a node as they are sent: RFC 6749 (tokens, errors), RFC 8628 (device grant). Keys are snake_case, durations are
 * whole seconds.
 */
import * as z from 'zod/mini'

/** RFC 8628 §3.4. */
export const deviceCodeGrantType = 'urn:ietf:params:oauth:grant-type:device_code'
/** RFC 6749 §6. */
export const refreshTokenGrantType = 'refresh_token'
export const grantTypes = [deviceCodeGrantType, refreshTokenGrantType] as const
export type GrantType = (typeof grantTypes)[number]

/**
 * Every error code that a node sends: RFC 6749 §5.2, RFC 8628 §3.5, RFC 7009 §2.2.1, RFC 6750 §3.1, and the two registered codes for
 * a failing or overloaded server (RFC 6749 §4.1.2.1).
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
  /** Only with `slow_down`: the new poll interval in whole seconds. */
  interval?: number | undefined
}
export const oauthError = z.object({
  error: z.enum(oauthErrorCodes),
  error_description: z.string(),
  interval: z.optional(z.int().check(z.positive())),
}) satisfies z.ZodMiniType<OAuthError>

/** The answer to a device authorization request (RFC 8628 §3.2). Every key that the RFC defines is always sent. */
export interface DeviceAuthorizationResponse {
  /** The secret that the terminal polls with. */
  device_code: string
  /** The code that the person types or compares: `WDJB-MJHT`. */
  user_code: string
  /** The page on which the person types the code. */
  verification_uri: string
  /** The same page with the code filled in. */
  verification_uri_complete: string
  /** Lifetime of both codes in seconds. */
  expires_in: number
  /** Seconds to wait between two polls. */
  interval: number
  /** The page that the terminal opens in a browser on its own computer. Only in answer to a request that named a listener. */
  same_computer_uri?: string | undefined
  /** Sent with `same_computer_uri` when only a browser on the terminal's own computer may approve the request. */
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

/** A successful token response (RFC 6749 §5.1). A node always includes a refresh token and the granted scope. */
export interface TokenResponse {
  /** For the `Authorization` header of each call. */
  access_token: string
  /** Renews the session. It can be used once: every refresh returns the next one. */
  refresh_token: string
  token_type: 'Bearer'
  /** Lifetime of the access token in seconds. */
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
/** The outcome of a token request: tokens, or a refusal whose `error` a caller's `switch` can handle exhaustively. */
export type TokenOutcome = TokenResponse | OAuthError

/** The refusal of a refresh. */
export interface RefusedRefresh extends OAuthError {
  /** The kind of `invalid_grant`: the token is unknown, the session was ended (`revoked`), or it has expired. */
  reason?: 'unknown' | 'revoked' | 'expired' | undefined
}

export const refreshOutcome = z.union([
  tokenResponse,
  z.extend(oauthError, { reason: z.optional(z.enum(['unknown', 'revoked', 'expired'])) }),
])
/** The outcome of a refresh: tokens or a refusal. */
export type RefreshOutcome = TokenResponse | RefusedRefresh

export const deviceAuthorizationOutcome = z.union([deviceAuthorizationResponse, oauthError])
/** The outcome of a start: the codes or a refusal. */
export type DeviceAuthorizationOutcome = DeviceAuthorizationResponse | OAuthError

/** The event of `device.watch`: a poll now gets a final answer. Only the poll tells which one. */
export interface DeviceDecided {
  status: 'decided'
}
export const deviceDecided = z.object({ status: z.literal('decided') }) satisfies z.ZodMiniType<DeviceDecided>

export const deviceWatchOutcome = z.union([deviceDecided, oauthError])
/** The outcome of a watch: the event or a refusal. */
export type DeviceWatchOutcome = DeviceDecided | OAuthError

/** Whether an outcome is a refusal: only refusals have the key `error`. */
export const isOAuthError = <T extends object>(outcome: T): outcome is Extract<T, { error: string }> =>
  'error' in outcome
