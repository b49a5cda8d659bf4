/**
 * Everything a node does about signing in: one interface that all three wires hold. This file is its table of contents;
 * each part names the file that implements it. `browser-operations.ts` has the parts for browsers. Operations answer with documents or `Refusal`s and throw only for defects.
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
  /** The identity providers a person may sign in with, at least one, in the order to offer them. */
  readonly identityProviders: readonly IdentityProvider[]
}

/** client.ts — RFC 6749 §2 */
export interface Clients {
  /** Refuses with `invalid_client`. */
  authenticateClient(credentials: ClientCredentials): Client | Refusal
  /** The name to show for a client id, also of one that is no longer registered. */
  clientName(clientId: string): string
}

/** device-flow.ts, device-authorization.ts — RFC 8628 §3 */
export interface DeviceFlow {
  /**
   * Starts a device authorization (§3.1, §3.2). Refuses with `unauthorized_client` (no device grant), `invalid_scope`, and
   * `temporarily_unavailable`: with `retryAfterSeconds` when a budget or cap is used up, without while the operator has turned the
   * device grant off. `invalid_request` for a listener that cannot be one, and `access_denied` where nothing but a browser on the
   * terminal's own computer may approve and no listener was named.
   */
  startDeviceAuthorization(request: {
    client: Client
    scope?: string | undefined
    deviceName?: string | undefined
    /** The terminal's listener on 127.0.0.1, for `SameComputer`: both or neither. */
    loopbackChallenge?: string | undefined
    loopbackPort?: string | number | undefined
    requester: Requester
  }): Promise<DeviceAuthorizationResponse | Refusal>
  /**
   * One poll: exchanges a device code for tokens (§3.4). Refuses with `authorization_pending`, `slow_down` (§3.5; lengthens
   * the stored interval by 5 s), `access_denied`, `expired_token`, `unauthorized_client` (no device grant), or `invalid_grant` when
   * the code is unknown, foreign or already redeemed.
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
   * Waits until a poll of this device code would get a final answer (a decision has fallen, or its time is up), and says only
   * that: the caller polls then. Null when `signal` fires before. Refuses with `invalid_grant` when the code is unknown, foreign
   * or already redeemed, and with `unauthorized_client`, as a poll would, and with `temporarily_unavailable` when too many are waiting.
   */
  watchDeviceAuthorization(request: {
    clients: PresentingClients
    /** SHA-256 of the device code, base64url. It finds the code, and neither is the code nor redeems it. */
    deviceCodeHash: string
    requester: Requester
    signal: AbortSignal
  }): Promise<DeviceDecided | Refusal | null>
}

/** tokens.ts, refresh-token.ts, access-token.ts, signing-keys.ts — RFC 6749 §6, RFC 7009, RFC 9068, RFC 9700 §4.14 */
export interface TokenOperations {
  /**
   * Exchanges a refresh token (RFC 6749 §6), rotating it. `scope` may narrow the access token. Refuses with `invalid_grant`
   * (`reason` says why), `invalid_scope`, `unauthorized_client` (no refresh grant), and `temporarily_unavailable` when the session was
   * renewed too often. A repeat inside the grace window answers with the same successor. `attempt` is a secret that the caller made for
   * this refresh and sends again with a repeat of it: that is then known as the same terminal's from any network.
   */
  exchangeRefreshToken(request: {
    clients: PresentingClients
    refreshToken: string
    attempt?: string | undefined
    scope?: string | undefined
    requester: Requester
  }): Promise<TokenResponse | Refusal>
  /**
   * Ends the family of a refresh token or of an access token (RFC 7009 §2.1), whatever the hint said. Unknown and foreign tokens are
   * left alone without a word (§2.2).
   */
  revokeToken(request: { clients: PresentingClients; token: string; requester: Requester }): Promise<void>
  /**
   * What a token is worth to a resource server (RFC 7662 §2.2); `{active: false}` for whatever is not valid. Refuses with
   * `temporarily_unavailable` when the caller or its address has asked too often (§4).
   */
  introspectToken(request: { client: Client; token: string; requester: Requester }): Promise<Introspection | Refusal>
  /** The caller behind an access token. Refuses with `invalid_token`, `reason` `missing`, `expired`, `revoked` or `unknown`. */
  authenticate(accessToken: string | null): Promise<Principal | Refusal>
  /** Public keys, retired ones left out (RFC 7517). */
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
  /** The session (refresh-token family) the access token belongs to. */
  readonly sessionId: string
  readonly me: Whoami
}

/** sessions.ts — RFC 9700 §4.14, ASVS 7.5.2 */
export interface Sessions {
  listSessions(request: { userId: string; currentSessionId: string | null }): Promise<Session[]>
  /** Notes that a person is shown their sessions now; answers when they last were, null when never. */
  seeSessions(browser: SignedInBrowser): Promise<Date | null>
  /** Gives one of the actor's own sessions another name: cleaned and cut to 64 characters, none when nothing is left. As `revokeSession`. */
  nameSession(request: {
    actor: Actor
    sessionId: string
    deviceName: string
    requester: Requester
  }): Promise<'named' | 'unknown' | 'unauthorized'>
  /** Ends one of the actor's own sessions. `unknown` when they have no such; `unauthorized` when the actor was ended meanwhile. */
  revokeSession(request: {
    actor: Actor
    sessionId: string
    requester: Requester
  }): Promise<'revoked' | 'unknown' | 'unauthorized'>
}

/** Who asks: a terminal by the session of its access token, or a signed-in browser. */
export type Actor = Pick<Principal, 'user' | 'sessionId'> | Pick<SignedInBrowser, 'user' | 'session'>

/**
 * administration.ts — ASVS 7.5.3, 8.2.1. What it lists is for who `standing` has nothing against, as read for this request; what it changes
 * is refused in the transaction itself when that does not hold any more.
 */
export interface Administration extends Pick<Operator, 'listKeys' | 'listAudit' | 'listPeople'> {
  /** Null for an administrator who has signed in within the last ten minutes. */
  standing(browser: SignedInBrowser): AdminRefusal | null
  /** The role that counts: the one stored, or a higher one that the node's settings give to any identity of the person. */
  roleOf(person: Person): Role
  /** Sessions that can still be refreshed, of one person or of everybody, the newest first. */
  listSessions(query: SessionsQuery): Promise<{ session: Session; person: Person | null }[]>
  isDeviceGrantOn(): Promise<boolean>
  /** Ends one session of whomever. `unknown` when it has ended already. */
  endSession(request: ByAdmin & { sessionId: string }): Promise<'done' | 'unknown' | AdminRefusal>
  /** As the operator's `revokeSessions` of one person. */
  endSessionsOf(request: ByAdmin & { userId: string }): Promise<'done' | 'unknown' | AdminRefusal>
  /** Stores another person's role. A higher role in the node's settings prevails (L05). */
  setRole(request: ByAdmin & { userId: string; role: Role }): Promise<'done' | 'unknown' | 'own_role' | AdminRefusal>
  setDeviceGrant(request: ByAdmin & { enabled: boolean }): Promise<'done' | AdminRefusal>
  /** As the operator's. */
  rotateKeys(request: ByAdmin & { atOnce: boolean }): Promise<RotationOutcome | AdminRefusal>
}

export interface ByAdmin {
  readonly browser: SignedInBrowser
  readonly requester: Requester
}

/** Why this browser may do nothing here: `stale` when its sign-in is too long ago. */
export type AdminRefusal = 'not_signed_in' | 'not_admin' | 'stale'
