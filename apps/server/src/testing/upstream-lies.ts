/** Ways in which the test identity provider can be made to misbehave (E03–E05, E08, E10, E14, E18). */
import type { OutgoingHttpHeaders } from 'node:http'
import { base64url, decodeJwt, type JWK, type JWTPayload, SignJWT } from 'jose'
import type { UpstreamEndpoint } from './upstream.ts'

export interface UpstreamKey {
  readonly kid: string
  readonly privateKey: CryptoKey
  readonly privateJwk: JWK
  readonly publicJwk: JWK
}

export interface Upstreamed {
  readonly status: number
  readonly headers: OutgoingHttpHeaders
  readonly body: string
}

export interface Lies {
  /** How an endpoint misbehaves. */
  readonly answer?: {
    readonly at: UpstreamEndpoint
    readonly how: 'hang' | 'redirect' | 'html' | 'error' | 'huge'
  }
  /** Claims that replace the correct ones; `undefined` removes a claim. */
  readonly claims?: Readonly<Record<string, unknown>>
  /** Members of the token header that replace the correct ones, such as another `kid`. */
  readonly header?: Readonly<Record<string, unknown>>
  /** Signs the token with another key under the same id or with the client secret, or not at all. */
  readonly signature?: 'decoy' | 'client_secret' | 'none'
  /** Members that replace those of the token response. */
  readonly tokenResponse?: Readonly<Record<string, unknown>>
  /** Members that replace those of the metadata. */
  readonly metadata?: Readonly<Record<string, unknown>>
  /** Publishes other keys under the same ids. */
  readonly swappedKeys?: boolean
  /** Drops `state` if the person declines, as ORCID has done. */
  readonly dropStateOnDenial?: boolean
  /** Changes the callback address. */
  readonly callback?: (address: URL) => void
}

export interface RewriteContext {
  readonly endpoint: UpstreamEndpoint
  readonly issuer: string
  /** Collects the issued codes and tokens. */
  readonly issued: string[]
  readonly settings: { readonly lies: Lies; readonly orcidStyle: boolean; readonly person: { readonly name: string } }
  readonly key: UpstreamKey
  readonly decoy: UpstreamKey
}

/** The target of a misbehaving redirect, which must never get a request. */
export const evilOrigin = 'https://evil.example'

/** Returns the answer of an endpoint that is set to misbehave, or null for other endpoints. */
export function lyingAnswer({ answer }: Lies, endpoint: UpstreamEndpoint): Upstreamed | 'hang' | null {
  if (answer?.at !== endpoint) return null
  const json = { 'content-type': 'application/json' }
  switch (answer.how) {
    case 'hang':
      return 'hang'
    case 'redirect':
      return { status: 302, headers: { location: `${evilOrigin}/token` }, body: '' }
    case 'html':
      return { status: 200, headers: { 'content-type': 'text/html' }, body: '<h1>Maintenance</h1>' }
    case 'error':
      return { status: 500, headers: json, body: '{"error":"server_error"}' }
    case 'huge':
      return { status: 200, headers: json, body: `{"padding":"${'x'.repeat(2 * 1024 * 1024)}"}` }
  }
}

/** Returns the real provider's answer with this provider's signature and the configured lies. */
export async function rewrite(answer: Upstreamed, context: RewriteContext): Promise<Upstreamed> {
  const { endpoint, settings, key, decoy } = context
  const { lies } = settings
  const { location } = answer.headers
  if (typeof location === 'string')
    return { ...answer, headers: { ...answer.headers, location: redirectTarget(location, context) } }
  if (answer.status !== 200) return answer
  if (endpoint === 'discovery') return withJson(answer, (metadata) => ({ ...metadata, ...lies.metadata }))
  if (endpoint === 'jwks') return withJson(answer, () => ({ keys: [(lies.swappedKeys ? decoy : key).publicJwk] }))
  if (endpoint !== 'token') return answer
  const tokens: TokenResponse = JSON.parse(answer.body)
  const claims = decodeJwt(tokens.id_token)
  const changed: Record<string, unknown> = {
    ...tokens,
    ...(settings.orcidStyle ? { orcid: claims.sub, name: settings.person.name } : {}),
    id_token: await idToken(claims, context),
    ...lies.tokenResponse,
  }
  for (const token of [changed.access_token, changed.id_token])
    if (typeof token === 'string') context.issued.push(token)
  return withJson(answer, () => changed)
}

interface TokenResponse {
  readonly id_token: string
  readonly [member: string]: unknown
}

const withJson = (answer: Upstreamed, change: (body: Record<string, unknown>) => object): Upstreamed => ({
  ...answer,
  body: JSON.stringify(change(JSON.parse(answer.body))),
})

/** Rewrites a redirect to the node's callback; leaves the provider's own redirects as they are. */
function redirectTarget(location: string, { issuer, settings: { lies }, issued }: RewriteContext): string {
  const address = new URL(location, issuer)
  if (address.origin === issuer) return location
  const code = address.searchParams.get('code')
  if (code !== null) issued.push(code)
  if (lies.dropStateOnDenial && address.searchParams.has('error')) address.searchParams.delete('state')
  lies.callback?.(address)
  return address.href
}

async function idToken(claims: JWTPayload, { settings: { lies }, key, decoy }: RewriteContext): Promise<string> {
  const payload = Object.fromEntries(
    Object.entries({ ...claims, ...lies.claims }).filter(([, value]) => value !== undefined),
  )
  const encode = (part: unknown) => base64url.encode(JSON.stringify(part))
  if (lies.signature === 'none') return `${encode({ alg: 'none' })}.${encode(payload)}.`
  if (lies.signature === 'client_secret') {
    const secret = new TextEncoder().encode('upstream-secret-canary-4711')
    return new SignJWT(payload).setProtectedHeader({ alg: 'HS256', kid: key.kid, ...lies.header }).sign(secret)
  }
  const { privateKey } = lies.signature === 'decoy' ? decoy : key
  return new SignJWT(payload).setProtectedHeader({ alg: 'RS256', kid: key.kid, ...lies.header }).sign(privateKey)
}
