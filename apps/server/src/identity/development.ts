/**
 * The development sign-in: an identity provider inside the node that lets anyone sign in as anyone. It exists only if configured. A sign-in
 * passes through the browser with a `code`, as at a real provider. Here the code is the chosen person, sealed with the node's own key and bound
 * to state, nonce and PKCE challenge.
 */
import { createHash } from 'node:crypto'
import { type IdentityProvider, type Keys, storedText } from '@osa/core'
import { signInFailure } from './sign-in-failure.ts'

export interface DevelopmentSignIn {
  /** Whether this node made the request for the page, at most ten minutes ago. */
  isRequest(request: DevelopmentRequest): boolean
  /** Returns the callback address that signs `person` in. */
  grant(request: DevelopmentRequest, person: { subject: string; name: string | null }): URL
  /** Returns the callback address that declines (RFC 6749 §4.1.2.1). */
  deny(request: DevelopmentRequest): URL
}
/** The query of the page: `state`, and the sealed values that the answer is bound to. */
export interface DevelopmentRequest {
  readonly state: string
  readonly request: string
}

export const developmentSignInPath = '/development/sign-in'
const requestLifetimeMs = 600_000
const codeLifetimeMs = 60_000

export function developmentSignIn({ publicUrl, keys, now }: { publicUrl: URL; keys: Keys; now: () => Date }): {
  provider: IdentityProvider
  development: DevelopmentSignIn
} {
  const issuer = `${publicUrl.origin}/development`
  const seal = (kind: 'request' | 'code', state: string, content: Record<string, unknown>, lifetimeMs: number) =>
    keys.seal(
      'development',
      JSON.stringify({ ...content, expiresAtMs: now().getTime() + lifetimeMs }),
      `${kind}:${state}`,
    )
  const open = (kind: 'request' | 'code', state: string, sealed: string): Record<string, unknown> | null => {
    const text = keys.open('development', sealed, `${kind}:${state}`)
    const content = text === null ? null : (JSON.parse(text) as Record<string, unknown>)
    return content && now().getTime() < Number(content.expiresAtMs) ? content : null
  }
  const callback = (request: Record<string, unknown> | null, parameters: Record<string, string>) => {
    const url = new URL(String(request?.redirectUri))
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
    return url
  }

  const provider: IdentityProvider = {
    id: 'development',
    name: 'the development sign-in',
    issuer,
    origins: () => [publicUrl.origin],
    async authorizationUrl({ state, nonce, codeVerifier, redirectUri }) {
      const url = new URL(developmentSignInPath, publicUrl)
      url.searchParams.set('state', state)
      url.searchParams.set(
        'request',
        seal('request', state, { nonce, challenge: s256(codeVerifier), redirectUri }, requestLifetimeMs),
      )
      return url
    },
    async verifiedIdentity({ parameters, state, nonce, codeVerifier }) {
      if (parameters.get('error') === 'access_denied')
        return signInFailure('denied', 'declined at the development page')
      const answer = open('code', state, parameters.get('code') ?? '')
      if (answer?.nonce !== nonce || answer.challenge !== s256(codeVerifier)) {
        return signInFailure('rejected', 'the code belongs to another sign-in or has expired')
      }
      const name = typeof answer.name === 'string' ? storedText(answer.name, 100) : null
      return { issuer, subject: String(answer.subject), name, authTime: now() }
    },
  }
  const development: DevelopmentSignIn = {
    isRequest: ({ state, request }) => open('request', state, request) !== null,
    grant({ state, request }, { subject, name }) {
      const opened = open('request', state, request)
      const { nonce, challenge } = opened ?? {}
      return callback(opened, { code: seal('code', state, { nonce, challenge, subject, name }, codeLifetimeMs), state })
    },
    deny: ({ state, request }) => callback(open('request', state, request), { error: 'access_denied', state }),
  }
  return { provider, development }
}

/** PKCE (RFC 7636 §4.2). */
const s256 = (codeVerifier: string): string => createHash('sha256').update(codeVerifier).digest('base64url')
