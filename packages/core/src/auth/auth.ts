/**
 * All operations for signing in, as one interface that the three wires share. This file is a table of contents: each part names the file
 * that implements it, and `browser-operations.ts` has the parts for browsers. Operations return documents or `Refusal`s, and throw only for
 * defects.
 */
import type { DeviceAuthorizationResponse, DeviceDecided, Role, Session, TokenResponse, Whoami } from '@osa/contract'
import type { JSONWebKeySet } from 'jose'
import type { Confirmation, SameComputer, SignedInBrowser, SignIn, UserCodeEntry } from './browser-operations.ts'
import type { Client, ClientCredentials, PresentingClients } from './client.ts'
import type { RotationOutcome } from './key-rotation.ts'
import type { Operator } from './operator.ts'
import type { IdentityProvider, Requester } from './ports.ts'
import type { Refusal } from './refusal.ts'
import type { LinkedIdentity, User } from './rows.ts'
import type { Person, SessionsQuery } from './store.ts'

export interface Auth
  extends Clients,
    DeviceFlow,
    DeviceWatch,
    TokenOperations,
    UserCodeEntry,
    SameComputer,
    SignIn,
    Confirmation,
    Sessions {
  readonly administration: Administration
  /** The identity providers that a person may sign in with, in the order in which to offer them; at least one. */
  readonly identityProviders: readonly IdentityProvider[]
}

/** client.ts — RFC 6749 §2 */
export interface Clients {
  /** Returns the client that a request names. Refuses with `invalid_client`. */
  authenticateClient(credentials: ClientCredentials): Client | Refusal
  /** Returns the name to show for a client id; the id itself for a client that is no longer registered. */
  clientName(clientId: string): string
}

/** device-flow.ts, device-authorization.ts — RFC 8628 §3 */
export interface DeviceFlow {
  /**
   * Starts a device authorization (§3.1, §3.2). Refuses with `unauthorized_client` (no device grant); `invalid_scope`; `invalid_request` when
   * the listener's port or challenge is not valid; `access_denied` when only a browser on the terminal's own computer may approve and the
   * request names no listener; `temporarily_unavailable` with `retryAfterSeconds` when a budget or cap is used up, and without it while the
   * operator has turned the device grant off.
   */
  startDeviceAuthorization(request: {
    client: Client
    scope?: string | undefined
    deviceName?: string | undefined
    /** The terminal's listener on 127.0.0.1, for `SameComputer`. Either both or neither are given. */
    loopbackChallenge?: string | undefined
    loopbackPort?: string | number | undefined
    requester: Requester
  }): Promise<DeviceAuthorizationResponse | Refusal>
  /**
   * Polls once: exchanges a device code for tokens (§3.4). Refuses with `authorization_pending`, `slow_down` (§3.5; lengthens the stored
   * interval by 5 s), `access_denied`, `expired_token`, `unauthorized_client` (no device grant), or `invalid_grant` when the code is unknown,
   * belongs to another client, or was already redeemed.
   */
  exchangeDeviceCode(request: {
    clients: PresentingClients
    deviceCode: string
    requester: Requester
  }): Promise<TokenResponse | Refusal>
}

/** device-watch.ts */
export interface DeviceWatch {
  /**
   * Waits until a poll of this device code would get a final answer, because a person has decided or the code has expired. The caller then
   * polls to get that answer. Returns null when `signal` fires first. Refuses like a poll with `unauthorized_client`, and with
   * `invalid_grant` when the code is unknown, belongs to another client, or was already redeemed; and with `temporarily_unavailable` when
   * too many terminals are waiting.
   */
  watchDeviceAuthorization(request: {
    clients: PresentingClients
    /** SHA-256 of the device code, base64url. It identifies the code but cannot redeem it. */
    deviceCodeHash: string
    requester: Requester
    signal: AbortSignal
  }): Promise<DeviceDecided | Refusal | null>
}

/** tokens.ts, refresh-token.ts, access-token.ts, signing-keys.ts — RFC 6749 §6, RFC 7009, RFC 9068, RFC 9700 §4.14 */
export interface TokenOperations {
  /**
   * Exchanges a refresh token for new tokens and rotates it (RFC 6749 §6). `scope` may narrow the access token. A repeat within the grace
   * window returns the same successor. `attempt` is a secret that the caller makes for this refresh and sends again when it repeats it, so
   * that the repeat is recognised as the same terminal's from any network. Refuses with `invalid_grant` (`reason` says why), `invalid_scope`,
   * `unauthorized_client` (no refresh grant), and `temporarily_unavailable` when the session was renewed too often.
   */
  exchangeRefreshToken(request: {
    clients: PresentingClients
    refreshToken: string
    attempt?: string | undefined
    scope?: string | undefined
    requester: Requester
  }): Promise<TokenResponse | Refusal>
  /**
   * Ends the family of a refresh token or an access token (RFC 7009 §2.1); a hint about the kind is not needed. Succeeds without doing
   * anything for unknown tokens and tokens of other clients (§2.2).
   */
  revokeToken(request: { clients: PresentingClients; token: string; requester: Requester }): Promise<void>
  /**
   * Introspects an access token for a resource server (RFC 7662 §2.2). Returns `{active: false}` for every token that is not valid. Refuses
   * with `temporarily_unavailable` when the caller or its address has asked too often (§4).
   */
  introspectToken(request: { client: Client; token: string; requester: Requester }): Promise<Introspection | Refusal>
  /** Returns the caller to whom an access token belongs. Refuses with `invalid_token`, `reason` `missing`, `expired`, `revoked` or `unknown`. */
  authenticate(accessToken: string | null): Promise<Principal | Refusal>
  /** Returns the public keys that are not retired (RFC 7517). */
  publicKeys(): Promise<JSONWebKeySet>
}

export type Introspection =
  | { active: false }
  | {
      active: true
      iss: string
      sub: string
      aud: string
      client_id: string
      scope: string
      exp: number
      iat: number
      jti: string
      token_type: 'Bearer'
    }

/** The authenticated caller of one request, read from the database at that request (F16). */
export interface Principal {
  readonly user: User
  readonly identity: LinkedIdentity
  readonly role: Role
  readonly clientId: string
  readonly scope: readonly string[]
  /** The session (refresh-token family) of the access token. */
  readonly sessionId: string
  readonly me: Whoami
}

/** sessions.ts — RFC 9700 §4.14, ASVS 7.5.2 */
export interface Sessions {
  listSessions(request: { userId: string; currentSessionId: string | null }): Promise<Session[]>
  /** Records that the person sees their sessions now. Returns when they last did; null for the first time. */
  seeSessions(browser: SignedInBrowser): Promise<Date | null>
  /**
   * Renames one of the actor's own sessions. The name is cleaned and cut to 64 characters, and removed if nothing is left. `unknown` and
   * `unauthorized` as for `revokeSession`.
   */
  nameSession(request: {
    actor: Actor
    sessionId: string
    deviceName: string
    requester: Requester
  }): Promise<'named' | 'unknown' | 'unauthorized'>
  /**
   * Ends one of the actor's own sessions. `unknown` when they have no such session; `unauthorized` when the actor's own sign-in has ended
   * meanwhile.
   */
  revokeSession(request: {
    actor: Actor
    sessionId: string
    requester: Requester
  }): Promise<'revoked' | 'unknown' | 'unauthorized'>
}

/** The signed-in caller of an operation: a terminal, by the session of its access token, or a browser. */
export type Actor = Pick<Principal, 'user' | 'sessionId'> | Pick<SignedInBrowser, 'user' | 'session'>

/**
 * administration.ts — ASVS 7.5.3, 8.2.1. The caller must check `standing` for the request before it lists anything. Changes check it again
 * in their own transaction.
 */
export interface Administration extends Pick<Operator, 'listKeys' | 'listAudit' | 'listPeople'> {
  /** Returns why this browser may not administer the node; null for an administrator who has signed in within the last ten minutes. */
  standing(browser: SignedInBrowser): AdminRefusal | null
  /** Returns the effective role: the stored one, or a higher one that the node's settings give to any identity of the person. */
  roleOf(person: Person): Role
  /** Lists sessions that can still be refreshed, of one person or of all people, newest first. */
  listSessions(query: SessionsQuery): Promise<{ session: Session; person: Person | null }[]>
  isDeviceGrantOn(): Promise<boolean>
  /** Ends one session of any person. `unknown` when it has already ended. */
  endSession(request: ByAdmin & { sessionId: string }): Promise<'done' | 'unknown' | AdminRefusal>
  /** Ends all sessions of one person, like the operator's `revokeSessions`. */
  endSessionsOf(request: ByAdmin & { userId: string }): Promise<'done' | 'unknown' | AdminRefusal>
  /** Stores another person's role. A higher role in the node's settings takes precedence (L05). */
  setRole(request: ByAdmin & { userId: string; role: Role }): Promise<'done' | 'unknown' | 'own_role' | AdminRefusal>
  setDeviceGrant(request: ByAdmin & { enabled: boolean }): Promise<'done' | AdminRefusal>
  /** Rotates the signing keys, like the operator's `rotateKeys`. */
  rotateKeys(request: ByAdmin & { atOnce: boolean }): Promise<RotationOutcome | AdminRefusal>
}

export interface ByAdmin {
  readonly browser: SignedInBrowser
  readonly requester: Requester
}

/** Why this browser may not administer the node. `stale`: its sign-in is too long ago. */
export type AdminRefusal = 'not_signed_in' | 'not_admin' | 'stale'
