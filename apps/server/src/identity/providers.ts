/** The configured identity providers, in the order in which pages offer them: ORCID, another provider, the development sign-in. */
import type { IdentityProvider, Keys } from '@osa/core'
import { type DevelopmentSignIn, developmentSignIn } from './development.ts'
import type { DiscoveryRun } from './discovery.ts'
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
        /** `openid profile` by default, since many providers send a name only with `profile`. */
        readonly scope?: string | undefined
        readonly formActionOrigins?: readonly string[]
      }
    | undefined
  /** Whether the development sign-in is on; the settings refuse it in production and beyond loopback (L01). */
  readonly development: boolean
}

/** Signature algorithms for ID tokens of providers other than ORCID: the asymmetric ones that RFC 8725 and ASVS 11 still allow. */
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
  /** Starts the discovery of all providers in the background. Reports failures to `onFailure`. */
  startDiscovery: (onFailure: (provider: string, error: unknown) => void) => DiscoveryRun
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
    startDiscovery(onFailure) {
      const runs = discovered.map(({ provider, discovery }) =>
        discovery.start((error) => onFailure(provider.id, error)),
      )
      return {
        attempted: Promise.all(runs.map(({ attempted }) => attempted)).then(() => undefined),
        stop: () => Promise.all(runs.map((run) => run.stop())).then(() => undefined),
      }
    },
  }
}
