/** Client authentication (RFC 6749 §2.3): `client_id` in the body, with or without `client_secret`, or HTTP Basic. */
import { type Auth, type Client, isRefusal, type Refusal, refuse } from '@osa/core'
import type { Form } from './form.ts'

/** A client, or a refusal. `challenge` is true if the client used the `Authorization` header (RFC 6749 §5.2). */
export type Authenticated = { client: Client } | { refusal: Refusal; challenge: boolean }

/**
 * Authenticates the client. Refuses with `invalid_request` if the request names no client or uses more than one method, and otherwise with
 * `invalid_client`.
 */
export function authenticate(auth: Auth, form: Form, authorization: string | undefined): Authenticated {
  const clientId = form.get('client_id')
  const clientSecret = form.get('client_secret')
  if (authorization === undefined) {
    if (clientId === undefined) return refused('invalid_request', 'client_id is missing.', false)
    return authenticated(auth, { clientId, ...(clientSecret === undefined ? {} : { clientSecret }) }, false)
  }
  const basic = parseBasic(authorization)
  if (!basic) return refused('invalid_client', 'The Authorization header is not valid Basic authentication.', true)
  if (clientSecret !== undefined)
    return refused('invalid_request', 'Use only one method to authenticate the client.', false)
  if (clientId !== undefined && clientId !== basic.clientId) {
    return refused('invalid_request', 'client_id and the Authorization header name different clients.', false)
  }
  return authenticated(auth, basic, true)
}

/**
 * Authenticates the client of an endpoint that only confidential clients may use (RFC 7662 §2.1). A request that fails to authenticate, also
 * because it names no client, is challenged (§2.3, RFC 6749 §5.2).
 */
export function authenticateConfidential(auth: Auth, form: Form, authorization: string | undefined): Authenticated {
  if (authorization === undefined && form.get('client_id') === undefined) {
    return refused('invalid_client', 'This endpoint needs the credentials of a confidential client.', true)
  }
  const result = authenticate(auth, form, authorization)
  if ('refusal' in result) return { ...result, challenge: true }
  return result.client.clientSecretSha256 === undefined
    ? refused('invalid_client', 'Only confidential clients may use this endpoint.', true)
    : result
}

function authenticated(
  auth: Auth,
  credentials: { clientId: string; clientSecret?: string },
  challenge: boolean,
): Authenticated {
  const client = auth.authenticateClient(credentials)
  return isRefusal(client) ? { refusal: client, challenge } : { client }
}

const refused = (error: Refusal['error'], description: string, challenge: boolean): Authenticated => ({
  refusal: refuse(error, description),
  challenge,
})

/** Parses HTTP Basic credentials (RFC 7617) whose parts are form-encoded (RFC 6749 §2.3.1). Returns null if they are malformed. */
function parseBasic(authorization: string): { clientId: string; clientSecret: string } | null {
  const [, base64] = /^basic +([A-Za-z0-9+/]+={0,2})$/i.exec(authorization.trim()) ?? []
  if (base64 === undefined) return null
  try {
    const decoded = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(base64, 'base64'))
    const [, user, password] = /^([^:]+):(.*)$/s.exec(decoded) ?? []
    if (user === undefined || password === undefined) return null
    const [clientId, clientSecret] = [formDecode(user), formDecode(password)]
    return `${clientId}${clientSecret}`.includes('\0') ? null : { clientId, clientSecret }
  } catch {
    return null // not UTF-8, or a malformed escape
  }
}

const formDecode = (text: string): string => decodeURIComponent(text.replaceAll('+', ' '))
