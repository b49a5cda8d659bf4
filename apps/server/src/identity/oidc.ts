/**
 * An OpenID Connect provider (Core §3.1, with PKCE): makes authorization URLs and verifies the answers. Each exchange has one deadline. The
 * provider's tokens exist only in the local variables of one function (E12).
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
  /** The requested scope, which includes `openid` (Core §3.1.2.1). */
  readonly scope: string
  /** Allowed signature algorithms of ID tokens (RFC 8725 §3.1); never `none` and never symmetric. */
  readonly idTokenAlgorithms: readonly string[]
  /** Origins that the provider itself redirects to, for example to federated providers; for `form-action` (D07). */
  readonly formActionOrigins?: readonly string[]
  /** Reads the person from validated claims and the token response, or says why they are not acceptable. */
  readonly personFrom: (answer: TokenAnswer) => OidcPerson | SignInFailure
}

export interface TokenAnswer {
  readonly claims: Readonly<Record<string, unknown>> & { readonly sub: string }
  /** The whole token response, since some providers add members beside the ID token, such as ORCID's `orcid` and `name`. */
  readonly response: Readonly<Record<string, unknown>>
}
export interface OidcPerson {
  readonly subject: string
  readonly name: string | null
}

const maxNameLength = 100

export interface DiscoveredProvider {
  readonly provider: IdentityProvider
  /** Must be started before anyone can sign in. */
  readonly discovery: Discovery
}

/** Returns an `IdentityProvider` based on openid-client. It calls the provider only in the background and for people who come back from it (J10). */
export function oidcProvider(settings: OidcSettings, now: () => Date): DiscoveredProvider {
  const { id, name, issuer, formActionOrigins = [] } = settings
  const discovery = discoveryOf({ issuer, clientId: settings.clientId, now })
  const provider: IdentityProvider = {
    id,
    name,
    issuer,
    // before discovery succeeds, the form still needs an origin; submitting it says that the provider cannot be reached
    origins: () => [discovery.known()?.authorizationOrigin ?? new URL(issuer).origin, ...formActionOrigins],

    async authorizationUrl({ state, nonce, codeVerifier, redirectUri, switchAccount }) {
      try {
        const discovered = discovery.known()
        if (!discovered) {
          const lastError = discovery.lastError()
          return lastError === null
            ? signInFailure('unreachable', 'its metadata has not been loaded yet')
            : failureFrom(lastError)
        }
        const config = configurationFor(settings, discovered, AbortSignal.timeout(exchangeTimeoutMs))
        return client.buildAuthorizationUrl(config, {
          redirect_uri: redirectUri,
          scope: settings.scope,
          state,
          nonce,
          code_challenge: await client.calculatePKCECodeChallenge(codeVerifier),
          code_challenge_method: 'S256',
          // max_age obliges the provider to send auth_time (Core §3.1.2.1)
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
        // the library accepts TLS as proof of origin; the signature is checked as well (E04)
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

/** Removes members that are null: some providers send `refresh_token` or `scope` as null, where RFC 6749 §5.1 leaves them out. */
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
    return text // the library reports the malformed response
  }
}

/** Sends the client secret in the header if the provider accepts that (the default, OIDC Discovery §3), otherwise in the body; never in a URL (E19). */
function clientAuthentication(metadata: client.ServerMetadata, secret: string): client.ClientAuth {
  const methods = metadata.token_endpoint_auth_methods_supported ?? ['client_secret_basic']
  if (methods.includes('client_secret_basic')) return client.ClientSecretBasic(secret)
  if (methods.includes('client_secret_post')) return client.ClientSecretPost(secret)
  throw new UpstreamUnreachable('the provider accepts a client secret neither in the header nor in the body')
}

function identityFrom(settings: OidcSettings, answer: TokenAnswer, now: Date): VerifiedIdentity | SignInFailure {
  const { iat, auth_time: authTime } = answer.claims
  // the one claim that the library does not check; compared with the system clock, as the library does for `exp`
  if (typeof iat !== 'number' || iat > Date.now() / 1000 + clockToleranceSeconds) {
    return signInFailure('rejected', 'the ID token was issued in the future')
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

/** Returns the name in the standard claims of the ID token (Core §5.1), or null. */
export function claimedName({ claims }: TokenAnswer): string | null {
  if (typeof claims.name === 'string' && claims.name.trim() !== '') return claims.name
  const parts = [claims.given_name, claims.family_name].filter((part) => typeof part === 'string' && part.trim() !== '')
  return parts.length === 0 ? null : parts.join(' ')
}
