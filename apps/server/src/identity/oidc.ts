/**
 * An OpenID Connect provider (Core §3.1, with PKCE): where to send a browser, and what its answer is worth. Each exchange has one
 * deadline; the provider's tokens live in one function's variables and nowhere else (E12).
 */
import {
  clockToleranceSeconds,
  type IdentityProvider,
  type SignInFailure,
  storedText,
  type VerifiedIdentity,
} from '@osa/core'
import * as client from 'openid-client'
import { boundedFetch, exchangeTimeoutMs, UpstreamUnreachable } from './bounded-fetch.ts'
import { type Discovered, type Discovery, discoveryOf } from './discovery.ts'
import { failureFrom, signInFailure } from './sign-in-failure.ts'

export interface OidcSettings {
  readonly id: string
  readonly name: string
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  /** What is asked for, `openid` among it (Core §3.1.2.1). */
  readonly scope: string
  /** Algorithms an ID token may be signed with (RFC 8725 §3.1); never `none`, never symmetric. */
  readonly idTokenAlgorithms: readonly string[]
  /** Origins to which the provider itself redirects on, as one that federates does; for `form-action` (D07). */
  readonly formActionOrigins?: readonly string[]
  /** Reads the person out of validated claims and the token response, or says why they will not do. */
  readonly personFrom: (answer: TokenAnswer) => OidcPerson | SignInFailure
}

export interface TokenAnswer {
  readonly claims: Readonly<Record<string, unknown>> & { readonly sub: string }
  /** The whole token response; for what a provider puts beside the ID token, such as ORCID's `orcid` and `name`. */
  readonly response: Readonly<Record<string, unknown>>
}
export interface OidcPerson {
  readonly subject: string
  readonly name: string | null
}

const maxNameLength = 100

export interface DiscoveredProvider {
  readonly provider: IdentityProvider
  /** To be started; without it nobody can sign in. */
  readonly discovery: Discovery
}

/** An `IdentityProvider` on openid-client; talks to its provider in the background, and for who comes back from it (J10). */
export function oidcProvider(settings: OidcSettings, now: () => Date): DiscoveredProvider {
  const { id, name, issuer, formActionOrigins = [] } = settings
  const discovery = discoveryOf({ issuer, clientId: settings.clientId, now })
  const provider: IdentityProvider = {
    id,
    name,
    issuer,
    // a provider that was not found yet still has its form, and the sign-in says so
    origins: () => [discovery.known()?.authorizationOrigin ?? new URL(issuer).origin, ...formActionOrigins],

    async authorizationUrl({ state, nonce, codeVerifier, redirectUri, switchAccount }) {
      try {
        const discovered = discovery.known()
        if (!discovered) {
          const trouble = discovery.trouble()
          return trouble === null ? signInFailure('unreachable', 'it was not found yet') : failureFrom(trouble)
        }
        const config = configurationFor(settings, discovered, AbortSignal.timeout(exchangeTimeoutMs))
        return client.buildAuthorizationUrl(config, {
          redirect_uri: redirectUri,
          scope: settings.scope,
          state,
          nonce,
          code_challenge: await client.calculatePKCECodeChallenge(codeVerifier),
          code_challenge_method: 'S256',
          // with max_age the provider has to say when the person signed in (Core §3.1.2.1)
          ...(switchAccount ? { prompt: 'login', max_age: '0' } : {}),
        })
      } catch (error) {
        return failureFrom(error)
      }
    },

    async verifiedIdentity({ parameters, state, nonce, codeVerifier, redirectUri }) {
      const signal = AbortSignal.timeout(exchangeTimeoutMs)
      try {
        const discovered = await discovery.find(signal)
        const config = configurationFor(settings, discovered, signal)
        const callback = new URL(`${redirectUri}?${parameters}`)
        const tokens = await client.authorizationCodeGrant(config, callback, {
          expectedState: state,
          expectedNonce: nonce,
          pkceCodeVerifier: codeVerifier,
          idTokenExpected: true,
        })
        const claims = tokens.claims()
        if (!claims || !tokens.id_token) return signInFailure('rejected', 'the token response has no ID token')
        // the library takes TLS for proof of origin; the signature is checked all the same (E04)
        await discovered.keys.verify(tokens.id_token, settings.idTokenAlgorithms, signal)
        return identityFrom(settings, { claims, response: tokens }, now())
      } catch (error) {
        return failureFrom(error)
      }
    },
  }
  return { provider, discovery }
}

function configurationFor(
  { clientId, clientSecret, idTokenAlgorithms, issuer }: OidcSettings,
  { metadata }: Discovered,
  signal: AbortSignal,
): client.Configuration {
  const [only, ...others] = idTokenAlgorithms
  const config = new client.Configuration(
    metadata,
    clientId,
    {
      [client.clockTolerance]: clockToleranceSeconds,
      ...(only !== undefined && others.length === 0 ? { id_token_signed_response_alg: only } : {}),
    },
    clientAuthentication(metadata, clientSecret),
  )
  config[client.customFetch] = withoutNullMembers(boundedFetch(signal))
  if (issuer.startsWith('http:')) client.allowInsecureRequests(config)
  return config
}

/** Some providers write null for what a token response does not have (`refresh_token`, `scope`); RFC 6749 §5.1 leaves such members out. */
const withoutNullMembers = (fetchBounded: ReturnType<typeof boundedFetch>): ReturnType<typeof boundedFetch> =>
  async function fetchWithoutNulls(address, request) {
    const response = await fetchBounded(address, request)
    if (!response.headers.get('content-type')?.includes('json')) return response
    const text = await response.text()
    const { status, headers } = response
    return new Response(withoutNulls(text), { status, headers })
  }

function withoutNulls(text: string): string {
  try {
    const members: unknown = JSON.parse(text)
    if (typeof members !== 'object' || members === null || Array.isArray(members)) return text
    return JSON.stringify(Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null)))
  } catch {
    return text // what it is, the library says
  }
}

/** In the header where the provider takes it there (the default, OIDC Discovery §3), otherwise in the body; never in a URL (E19). */
function clientAuthentication(metadata: client.ServerMetadata, secret: string): client.ClientAuth {
  const methods = metadata.token_endpoint_auth_methods_supported ?? ['client_secret_basic']
  if (methods.includes('client_secret_basic')) return client.ClientSecretBasic(secret)
  if (methods.includes('client_secret_post')) return client.ClientSecretPost(secret)
  throw new UpstreamUnreachable('the provider takes a client secret neither in the header nor in the body')
}

function identityFrom(settings: OidcSettings, answer: TokenAnswer, now: Date): VerifiedIdentity | SignInFailure {
  const { iat, auth_time: authTime } = answer.claims
  // the one claim the library leaves: against the system's clock, as it checks `exp`
  if (typeof iat !== 'number' || iat > Date.now() / 1000 + clockToleranceSeconds) {
    return signInFailure('rejected', 'the ID token is from the future')
  }
  const person = settings.personFrom(answer)
  if ('failure' in person) return person
  return {
    issuer: settings.issuer,
    subject: person.subject,
    name: storedText(person.name, maxNameLength),
    authTime: typeof authTime === 'number' ? new Date(Math.min(authTime * 1000, now.getTime())) : now,
  }
}

/** A name from the ID token's standard claims (Core §5.1). */
export function claimedName({ claims }: TokenAnswer): string | null {
  if (typeof claims.name === 'string' && claims.name.trim() !== '') return claims.name
  const parts = [claims.given_name, claims.family_name].filter((part) => typeof part === 'string' && part.trim() !== '')
  return parts.length === 0 ? null : parts.join(' ')
}
