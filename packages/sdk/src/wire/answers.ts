/** Shapes of the v1 wire, checked by hand so that signing in loads no schema library. Each reader answers null when it does not fit. */

export interface DeviceAuthorization {
  deviceCode: string
  userCode: string
  verificationUri: string
  verificationUriComplete: string | null
  expiresInSeconds: number
  /** As sent; null when missing or no number. */
  intervalSeconds: number | null
}

/** A pair of tokens as the server answers it. */
export interface Tokens {
  accessToken: string
  refreshToken: string
  /** Null when the server did not say. */
  expiresInSeconds: number | null
}

/** Who is signed in, as `GET /api/v1/auth/me` tells it. */
export interface User {
  id: string
  display_name: string | null
  provider: string
  external_id: string
  roles: string[]
}

type Fields = Record<string, unknown>

const fields = (value: unknown): Fields | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null

/** A string that can stand in a header and a URL-free body: visible ASCII, not absurdly long. */
const isToken = (value: unknown): value is string =>
  typeof value === 'string' && value.length <= 16_384 && /^[\x21-\x7e]+$/.test(value)

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '' && value.length <= 4096

const isDuration = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value) && value > 0

/** RFC 8628 §3.2. `interval` may be missing or odd (the caller clamps it), everything else is required to fit. */
export const readDeviceAuthorization = (json: unknown): DeviceAuthorization | null => {
  const body = fields(json)
  if (!body || !isToken(body.device_code) || !isText(body.user_code) || !isText(body.verification_uri)) return null
  if (!isDuration(body.expires_in)) return null
  const complete = body.verification_uri_complete
  if (complete !== undefined && !isText(complete)) return null
  return {
    deviceCode: body.device_code,
    userCode: body.user_code,
    verificationUri: body.verification_uri,
    verificationUriComplete: complete ?? null,
    expiresInSeconds: body.expires_in,
    intervalSeconds: isDuration(body.interval) ? body.interval : null,
  }
}

/** RFC 6749 §5.1: both tokens, of type Bearer in any case. */
export const readTokens = (json: unknown): Tokens | null => {
  const body = fields(json)
  if (!body || 'error' in body || !isToken(body.access_token) || !isToken(body.refresh_token)) return null
  if (typeof body.token_type !== 'string' || body.token_type.toLowerCase() !== 'bearer') return null
  if (body.expires_in !== undefined && !isDuration(body.expires_in)) return null
  return {
    accessToken: body.access_token,
    refreshToken: body.refresh_token,
    expiresInSeconds: body.expires_in ?? null,
  }
}

/** An OAuth error (RFC 6749 §5.2): its code, and the interval that may come with `slow_down`. */
export const readOAuthError = (json: unknown): { error: string; intervalSeconds: number | null } | null => {
  const body = fields(json)
  if (!body || typeof body.error !== 'string' || !/^[\x20-\x7e]{1,100}$/.test(body.error)) return null
  return { error: body.error, intervalSeconds: isDuration(body.interval) ? body.interval : null }
}

/** The code of a failed v1 call: `{detail: {code, message}}`. */
export const readV1ErrorCode = (json: unknown): string | null => {
  const code = fields(fields(json)?.detail)?.code
  return typeof code === 'string' && /^[a-z_]{1,60}$/.test(code) ? code : null
}

export const readUser = (json: unknown): User | null => {
  const body = fields(json)
  if (!body || !isText(body.id) || !isText(body.provider) || !isText(body.external_id)) return null
  if (body.display_name !== null && typeof body.display_name !== 'string') return null
  if (!Array.isArray(body.roles) || !body.roles.every((role) => typeof role === 'string')) return null
  return {
    id: body.id,
    display_name: body.display_name,
    provider: body.provider,
    external_id: body.external_id,
    roles: body.roles,
  }
}

/** `/.well-known/osa`, as far as the CLI uses it. */
export const readServerDocument = (
  json: unknown,
): { name: string; version: string; issuer: string; refreshReuseGraceSeconds: number } | null => {
  const body = fields(json)
  if (!body || !isText(body.name) || !isText(body.version) || !isText(body.issuer)) return null
  const grace = body.refresh_reuse_grace_seconds
  const refreshReuseGraceSeconds = isDuration(grace) ? grace : 0
  return { name: body.name, version: body.version, issuer: body.issuer, refreshReuseGraceSeconds }
}
