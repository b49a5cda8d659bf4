/**
 * What a node remembers, one interface a table. Instants are `Date`s, secrets only hashes, ids UUIDs that are no secrets.
 * Rows are values: an operation reads one, makes the next from it, and hands that to the store.
 */
import type { Approval, Role } from '@osa/contract'
import type { KeyedHash, Sealed, Sha256 } from './secret.ts'

/** The pending record of RFC 8628 §3.1. "Expired" is no status: it is computed from the clock, and final once seen (`endedAt`). */
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
  /** The last poll that was not too early; a rejected one does not move it (B03). */
  readonly lastPolledAt: Date | null
  /** Observed when it was started; untrusted text. */
  readonly requesterIp: string
  /** The requester's rate-limit bucket: the address, or its /64. */
  readonly requesterSource: string
  readonly requesterUserAgent: string | null
  readonly deviceName: string | null
  /** SHA-256 of the nonce that the terminal's listener hands out, and path and port of that listener on 127.0.0.1. */
  readonly loopbackChallenge: Sha256 | null
  readonly loopbackPort: number | null
  /** Hash of the cookie that the browser which reached that listener has for this request; first come. */
  readonly provenBrowserHash: Sha256 | null
  /** The person who entered the code and signed in; first come, and only that person may decide (C13). */
  readonly claimedByUserId: string | null
  /** The browser session in which the claim can be decided. */
  readonly claimedBySessionId: string | null
  /** The user code, sealed, so that the confirm page can show it; wiped by the decision. */
  readonly sealedUserCode: Sealed | null
  /** What ties the claim to the terminal; once approved, what the approval rests on. Null until it is claimed. */
  readonly approval: Approval | null
  readonly decidedAt: Date | null
  /** When the approving person proved who they are; becomes `auth_time`. */
  readonly authTime: Date | null
  readonly consumedAt: Date | null
  /** The refresh-token family that came of it. */
  readonly familyId: string | null
  /**
   * Of no use from here on, whatever a clock says later: somebody saw that its time was up (L08), or the operator ended it. Evidence
   * beside the status, which stays what was decided.
   */
  readonly endedAt: Date | null
}

/** A person's leg through an identity provider; single use: taken by one callback, and gone when that has ended. */
export interface LoginTransaction {
  readonly id: string
  readonly stateHash: Sha256
  /** Hash of the cookie of the browser that began it. */
  readonly browserHash: Sha256
  readonly providerId: string
  readonly nonce: string
  readonly codeVerifier: string
  /** The device this sign-in is for; null when a person only wants to see their sessions. */
  readonly deviceAuthorizationId: string | null
  readonly sealedUserCode: Sealed | null
  /** The code was typed by hand, not filled in from an address. */
  readonly codeTyped: boolean
  /** A browser has come back with it; until that sign-in is finished an operator can still end it. */
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

/** The account key is (issuer, subject); a name is never one (E13). */
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
  /** What the person approved; a refresh may narrow an access token, never this. */
  readonly scope: string
  readonly deviceName: string | null
  readonly ip: string | null
  /** What its approval rested on; null for sessions from before that was kept. */
  readonly approval: Approval | null
  readonly authTime: Date
  readonly createdAt: Date
  /** The last rotation, or the sign-in before the first. */
  readonly lastUsedAt: Date
  /** The last call with an access token that was written down, to within a minute; null while there was none. */
  readonly calledAt: Date | null
  /** The one token of this family that has not been used is of this generation; each rotation makes the next. */
  readonly generation: number
  /** Random; goes into the family's tokens beside the node's secret, so that neither the database nor the secret alone makes one. */
  readonly salt: string
  /** How often the newest token has been handed out again since it was made. */
  readonly replays: number
  /** The source (`Requester.source`) of the last rotation, or of the redemption before the first; null when it was not kept yet. */
  readonly rotatedFrom: string | null
  /** The first other source that repeated the token of the last rotation. */
  readonly repeatedFrom: string | null
  /** Hash of the secret that the caller of the last rotation made for that one refresh; null when it made none. */
  readonly attemptHash: Sha256 | null
  /** How many rotations in a row, the last included, two sources took part in. */
  readonly sharedRotations: number
  /** Up to when its rotations have used up what a session may have; it runs ahead of the clock while they come faster than that. */
  readonly pacedUntil: Date | null
  /** Absolute end, fixed at sign-in (G06). */
  readonly expiresAt: Date
  readonly revokedAt: Date | null
  /** `expired`: its time was seen to be up, which a clock set back does not undo (L08). */
  readonly revokedBecause: 'logout' | 'reuse' | 'session_revoked' | 'device_code_reuse' | 'operator' | 'expired' | null
}

/** A token from before families had generations. None is made any more; each is exchanged for one that has, or ends with its family. */
export interface OldRefreshToken {
  readonly familyId: string
  readonly usedAt: Date | null
  /** When the token that came of its use was used; null when it was not, or when there is none. */
  readonly successorUsedAt: Date | null
}

export interface SigningKey {
  readonly kid: string
  readonly algorithm: 'ES256' | 'EdDSA' | 'RS256'
  /** A public JWK (RFC 7517) as JSON text. */
  readonly publicJwk: string
  readonly sealedPrivateJwk: Sealed
  readonly createdAt: Date
  /** Published at once, used for signing only from here on (F12). */
  readonly signsFrom: Date
  /** No longer published or accepted from here on; null while it is in service. */
  readonly retiresAt: Date | null
}

/** What an operator has turned on or off for all processes; a switch that nobody has touched has no row and is on. */
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

/** Who did what, when, from where, and how it ended; never a secret. */
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
  /** The request it belongs to, as in the log. */
  readonly requestId: string | null
}
