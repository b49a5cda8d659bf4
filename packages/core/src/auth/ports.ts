/**
 * What the rules need from outside besides their store: budgets that all processes share, identity providers, the requester. Implemented by
 * the server's rate limits and identity providers, and for tests by `core/testing`.
 */
import type { Role } from '@osa/contract'

/** Budgets that all processes of a node share; each spend is atomic. */
export interface Limiter {
  /** Takes `points` from a budget, even more than are left. Rejects when the budgets cannot be reached; callers then refuse. */
  spend(budget: Budget, key: string, points?: number): Promise<Spent>
  /** Returns points that turned out not to be owed. */
  refund(budget: Budget, key: string, points?: number): Promise<void>
}
export type Budget =
  | 'guess_by_source'
  | 'guess_by_account'
  | 'guess_in_all'
  | 'limited_guess_by_source'
  | 'limited_guess_told'
  | 'start_by_source'
  | 'start_in_all'
  | 'sign_in_by_source'
  | 'sign_in_in_all'
  | 'introspect_by_source'
  | 'introspect_by_client'
  | 'deploy_by_account'
  | 'deploy_kib_by_account'
/** `used` is the number of points spent in the window that ends at `endsAt`, including the ones just spent, out of `points`. */
export type Spent =
  | { within: true; used: number; points: number; endsAt: Date }
  | { within: false; retryAfterSeconds: number }

/** The points and the window of each budget. The functions that spend them document what a point is. */
export type Budgets = Readonly<Record<Budget, { readonly points: number; readonly windowSeconds: number }>>

/** Where a request comes from, as far as the node can trust it. */
export interface Requester {
  /** The address; IPv4-mapped addresses are converted to IPv4. */
  readonly ip: string
  /** The key for limits: the IPv4 address, or the /64 of an IPv6 address (J07). */
  readonly source: string
  readonly userAgent: string | null
  /** Correlates log lines and audit events. */
  readonly requestId: string | null
}

/** A person, as verified by an identity provider. */
export interface VerifiedIdentity {
  readonly issuer: string
  readonly subject: string
  readonly name: string | null
  readonly authTime: Date
}

/** Why a sign-in at a provider failed: the person refused (`denied`), or an error on the way. `detail` is for the log. */
export type SignInFailure = { readonly failure: 'denied' | 'rejected' | 'unreachable'; readonly detail: string }

/** An identity provider: ORCID, any OpenID Connect provider, or the development sign-in. */
export interface IdentityProvider {
  /** `orcid`, `oidc` or `development`. Stored in login transactions, and as `provider` of identities. */
  readonly id: string
  /** The name for people: "ORCID". */
  readonly name: string
  readonly issuer: string
  /** Returns the origins to which a form may redirect, for `form-action` (CSP level 3, as Chromium enforces it). Makes no request (J10). */
  readonly origins: () => readonly string[]
  /** Returns the address to send the browser to (OpenID Connect Core §3.1.2.1, with PKCE). */
  authorizationUrl(request: {
    state: string
    nonce: string
    codeVerifier: string
    redirectUri: string
    switchAccount: boolean
  }): Promise<URL | SignInFailure>
  /** Exchanges the parameters of the callback for a verified identity (§3.1.3). Uses the provider's tokens once and discards them (E12). */
  verifiedIdentity(callback: {
    parameters: URLSearchParams
    state: string
    nonce: string
    codeVerifier: string
    redirectUri: string
  }): Promise<VerifiedIdentity | SignInFailure>
}

/** Returns the role that the configuration gives to an identity. Evaluated at each request, so that removing an entry removes the role (L05). */
export type RoleGrants = (identity: { issuer: string; subject: string }) => Role | null
