/**
 * What the rules need from outside beside their store: budgets that all processes share, identity providers, who asks. Implemented by the
 * server's rate limits and identity providers and, for tests, by `core/testing`.
 */
import type { Role } from '@osa/contract'

/** Budgets that all processes of a node share; each spend is atomic. */
export interface Limiter {
  /** Takes `points` from a budget, also beyond its end. Rejects when the budgets cannot be reached: callers then refuse. */
  spend(budget: Budget, key: string, points?: number): Promise<Spent>
  /** Gives points back that turned out not to be owed. */
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
/** `used` are the points of the window that ends at `endsAt`, of `points` in all, what was just spent included. */
export type Spent =
  | { within: true; used: number; points: number; endsAt: Date }
  | { within: false; retryAfterSeconds: number }

/** Points and window of each budget; the docstrings of their use say what a point is. */
export type Budgets = Readonly<Record<Budget, { readonly points: number; readonly windowSeconds: number }>>

/** Where a request comes from, as far as the node may believe it. */
export interface Requester {
  /** The address, IPv4-mapped ones folded. */
  readonly ip: string
  /** The bucket that limits go by: the address, or its /64 for IPv6 (J07). */
  readonly source: string
  readonly userAgent: string | null
  /** Correlates log lines and audit events. */
  readonly requestId: string | null
}

/** A person as an identity provider vouches for them. */
export interface VerifiedIdentity {
  readonly issuer: string
  readonly subject: string
  readonly name: string | null
  readonly authTime: Date
}

/** How a sign-in at a provider can end without a person: `denied` by them, or failed on the way (`detail` is for the log). */
export type SignInFailure = { readonly failure: 'denied' | 'rejected' | 'unreachable'; readonly detail: string }

/** An identity provider: ORCID, any OpenID Connect provider, or the development sign-in. */
export interface IdentityProvider {
  /** `orcid`, `oidc` or `development`: kept in a login transaction and as `provider` of an identity. */
  readonly id: string
  /** As people call it: "ORCID". */
  readonly name: string
  readonly issuer: string
  /** Origins a form's redirect may lead to, for `form-action` (CSP level 3, as Chromium enforces it). Asks nobody (J10). */
  readonly origins: () => readonly string[]
  /** The address that a browser is sent to (OpenID Connect Core §3.1.2.1, with PKCE). */
  authorizationUrl(request: {
    state: string
    nonce: string
    codeVerifier: string
    redirectUri: string
    switchAccount: boolean
  }): Promise<URL | SignInFailure>
  /** Exchanges what came back for a verified identity (§3.1.3); uses the provider's tokens once and forgets them (E12). */
  verifiedIdentity(callback: {
    parameters: URLSearchParams
    state: string
    nonce: string
    codeVerifier: string
    redirectUri: string
  }): Promise<VerifiedIdentity | SignInFailure>
}

/** Roles given by configuration: evaluated at each request, gone when the entry is gone (L05). */
export type RoleGrants = (identity: { issuer: string; subject: string }) => Role | null
