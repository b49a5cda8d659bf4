/** The identity providers a node was configured with, in the order to offer them: ORCID, another provider, the development sign-in. */
import type { IdentityProvider, Keys } from '@osa/core'
import { type DevelopmentSignIn, developmentSignIn } from './development.ts'
import type { Search } from './discovery.ts'
import { claimedName, oidcProvider } from './oidc.ts'
import { type OrcidSettings, orcidProvider } from './orcid.ts'

export interface IdentitySettings {
  readonly orcid?: OrcidSettings | undefined
  readonly oidc?:
    | {
        readonly issuer: string
        readonly clientId: string
        readonly clientSecret: string
        readonly name: string
        /** `openid profile` by default: many providers give a name only with `profile`. */
        readonly scope?: string | undefined
        readonly formActionOrigins?: readonly string[]
      }
    | undefined
  /** Whether anyone may be anyone; configuration refuses it in production and beyond loopback (L01). */
  readonly development: boolean
}

/** What an ID token of a provider in general may be signed with: asymmetric algorithms that RFC 8725 and ASVS 11 still allow. */
const idTokenAlgorithms = ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519']

export function createIdentityProviders({
  identity,
  publicUrl,
  keys,
  now,
}: {
  identity: IdentitySettings
  publicUrl: URL
  keys: Keys
  now: () => Date
}): {
  providers: IdentityProvider[]
  development: DevelopmentSignIn | null
  /** Looks for all providers in the background; `tell` hears of failures. */
  startDiscovery: (tell: (provider: string, error: unknown) => void) => Search
} {
  const { orcid, oidc } = identity
  const made = identity.development ? developmentSignIn({ publicUrl, keys, now }) : null
  const discovered = [
    ...(orcid ? [orcidProvider(orcid, now)] : []),
    ...(oidc
      ? [
          oidcProvider(
            {
              id: 'oidc',
              ...oidc,
              scope: oidc.scope ?? 'openid profile',
              idTokenAlgorithms,
              personFrom: (answer) => ({ subject: answer.claims.sub, name: claimedName(answer) }),
            },
            now,
          ),
        ]
      : []),
  ]
  return {
    providers: [...discovered.map(({ provider }) => provider), ...(made ? [made.provider] : [])],
    development: made?.development ?? null,
    startDiscovery(tell) {
      const searches = discovered.map(({ provider, discovery }) => discovery.start((error) => tell(provider.id, error)))
      return {
        attempted: Promise.all(searches.map(({ attempted }) => attempted)).then(() => undefined),
        stop: () => Promise.all(searches.map((search) => search.stop())).then(() => undefined),
      }
    },
  }
}
