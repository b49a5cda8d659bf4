/**
 * The rows of a node's tables, one interface for each table. Instants are `Date`s, secrets are stored as hashes only, ids are UUIDs and not
 * secret. Rows are values: an operation reads one, derives the next one from it, and passes that to the store.
 */
import type { Approval, Role } from '@osa/contract'
import type { KeyedHash, Sealed, Sha256 } from './secret.ts'

/** The record of a request (RFC 8628 §3.1). "Expired" is not a status: it is computed from the clock, and final once seen (`endedAt`). */
export interface DeviceAuthorization {
  readonly id: string
  readonly deviceCodeHash: Sha256
  readonly userCodeHash: KeyedHash
  readonly clientId: string
  readonly scope: string
  readonly status: 'pending' | 'authorized' | 'denied' | 'consumed'
  readonly createdAt: Date
  readonly expiresAt: Date
  readonly pollIntervalSeconds: number
  /** The last poll that was not too early. A rejected poll does not change it (B03). */
  readonly lastPolledAt: Date | null
  /** The address from which it was started. */
  readonly requesterIp: string
  /** The requester's key for limits: the IPv4 address, or the /64 of an IPv6 address. */
  readonly requesterSource: string
  readonly requesterUserAgent: string | null
  readonly deviceName: string | null
  /** SHA-256 of the nonce that the terminal's listener reveals; also the path of that listener on 127.0.0.1. */
  readonly loopbackChallenge: Sha256 | null
  readonly loopbackPort: number | null
  /** Hash of the cookie of the first browser that reached that listener for this request. */
  readonly provenBrowserHash: Sha256 | null
  /** The first person who entered the code and signed in. Only they may decide (C13). */
  readonly claimedByUserId: string | null
  /** The browser session in which the claim can be decided. */
  readonly claimedBySessionId: string | null
  /** The user code, sealed, for the confirm page. Removed by the decision. */
  readonly sealedUserCode: Sealed | null
  /** What ties the claim to the terminal and, once approved, what the approval is based on. Null until it is claimed. */
  readonly approval: Approval | null
  readonly decidedAt: Date | null
  /** When the person who approved it signed in; becomes `auth_time`. */
  readonly authTime: Date | null
  readonly consumedAt: Date | null
  /** The refresh-token family that was created by its redemption. */
  readonly familyId: string | null
  /**
   * When it ended for good, whatever a clock says later: a request saw that it had expired (L08), or the operator ended it. The status still
   * tells what was decided.
   */
  readonly endedAt: Date | null
}

/** A sign-in at an identity provider. Single use: one callback takes it, and it is deleted when that callback is finished. */
export interface LoginTransaction {
  readonly id: string
  readonly stateHash: Sha256
  /** Hash of the cookie of the browser that started it. */
  readonly browserHash: Sha256
  readonly providerId: string
  readonly nonce: string
  readonly codeVerifier: string
  /** The device that the sign-in is for; null when the person only wants to see their sessions. */
  readonly deviceAuthorizationId: string | null
  readonly sealedUserCode: Sealed | null
  /** Whether the code was typed by hand, and not filled in from a link. */
  readonly codeTyped: boolean
  /** Whether a browser has come back with it. Until that callback is finished, an operator can still end the sign-in. */
  readonly taken: boolean
  readonly createdAt: Date
  readonly expiresAt: Date
}

export interface BrowserSession {
  readonly id: string
  readonly secretHash: Sha256
  readonly userId: string
  readonly authTime: Date
  readonly createdAt: Date
  readonly expiresAt: Date
}

export interface User {
  readonly id: string
  readonly displayName: string | null
  readonly role: Role
  readonly createdAt: Date
  readonly disabledAt: Date | null
  /** When this person was last shown their sessions; null before the first time. */
  readonly sessionsSeenAt: Date | null
}

/** An identity at a provider. The key of an account is (issuer, subject), never a name (E13). */
export interface LinkedIdentity {
  readonly id: string
  readonly userId: string
  /** `orcid`, `oidc` or `development`. */
  readonly provider: string
  readonly issuer: string
  readonly subject: string
  readonly createdAt: Date
}

/** All refresh tokens descended from one sign-in (RFC 9700 §4.14.2). */
export interface RefreshFamily {
  readonly id: string
  readonly userId: string
  readonly clientId: string
  /** The scope that the person approved. A refresh may narrow an access token, but never changes this. */
  readonly scope: string
  readonly deviceName: string | null
  readonly ip: string | null
  /** What its approval was based on; null for sessions from before this was recorded. */
  readonly approval: Approval | null
  readonly authTime: Date
  readonly createdAt: Date
  /** The last rotation, or the sign-in if there was none. */
  readonly lastUsedAt: Date
  /** The last recorded call with an access token, accurate to a minute; null if there was none. */
  readonly calledAt: Date | null
  /** The generation of the one unused token of this family. Each rotation increases it by one. */
  readonly generation: number
  /** Random. Part of the family's tokens, so that neither the database nor the node's secret alone is enough to make one. */
  readonly salt: string
  /** How often the newest token has been returned again since it was made. */
  readonly replays: number
  /** The source (`Requester.source`) of the last rotation, or of the redemption if there was none; null if it was not recorded. */
  readonly rotatedFrom: string | null
  /** The first other source that repeated the last rotation. */
  readonly repeatedFrom: string | null
  /** Hash of the secret that the caller made for the last rotation; null if it made none. */
  readonly attemptHash: Sha256 | null
  /** How many rotations in a row, including the last one, involved two sources. */
  readonly sharedRotations: number
  /** The instant until which the allowed rotations are used up. It is ahead of the clock while they come faster than allowed. */
  readonly pacedUntil: Date | null
  /** Absolute end, fixed at sign-in (G06). */
  readonly expiresAt: Date
  readonly revokedAt: Date | null
  /** `expired`: a request saw that it had expired, which setting the clock back does not undo (L08). */
  readonly revokedBecause: 'logout' | 'reuse' | 'session_revoked' | 'device_code_reuse' | 'operator' | 'expired' | null
}

/** A refresh token from before families had generations. Such tokens are no longer made; a refresh replaces them with one of today's. */
export interface OldRefreshToken {
  readonly familyId: string
  readonly usedAt: Date | null
  /** When its successor was used; null if it was not, or if there is no successor. */
  readonly successorUsedAt: Date | null
}

export interface SigningKey {
  readonly kid: string
  readonly algorithm: 'ES256' | 'EdDSA' | 'RS256'
  /** A public JWK (RFC 7517) as JSON text. */
  readonly publicJwk: string
  readonly sealedPrivateJwk: Sealed
  readonly createdAt: Date
  /** When it starts signing; it is published as soon as it is made (F12). */
  readonly signsFrom: Date
  /** When it is no longer published or accepted; null while no end is set. */
  readonly retiresAt: Date | null
}

/** A switch of the operator, for all processes. A switch that was never changed has no row and is on. */
export interface Switch {
  readonly name: SwitchName
  readonly enabled: boolean
  readonly changedAt: Date
}
export type SwitchName = 'device_grant'

export const auditEvents = [
  'device.start',
  'device.code_refused',
  'device.code_limited',
  'device.same_computer',
  'device.claim',
  'device.approve',
  'device.deny',
  'device.redeem',
  'device.redeem_reuse',
  'sign_in',
  'sign_in.refused',
  'sign_out',
  'token.refresh',
  'token.refresh_replay',
  'token.refresh_two_sources',
  'token.refresh_reuse',
  'session.name',
  'session.revoke',
  'admin.granted',
  'key.create',
  'key.rotate',
  'operator.revoke_sessions',
  'operator.device_grant',
  'operator.role',
  'convention.deploy',
] as const
export type AuditEventName = (typeof auditEvents)[number]

/** What happened when, by which person from which address, and with which outcome. Never contains a secret. */
export interface AuditEvent {
  readonly id: string
  readonly at: Date
  readonly event: AuditEventName
  readonly outcome: 'ok' | 'refused'
  readonly userId: string | null
  readonly clientId: string | null
  readonly ip: string | null
  readonly deviceAuthorizationId: string | null
  readonly familyId: string | null
  readonly detail: string | null
  /** The id of the request, as in the log. */
  readonly requestId: string | null
}
