/** The dependencies of the operations: ports, policy, time and randomness, and small functions over these. */
import type { Role } from '@osa/contract'
import { roles } from '@osa/contract'
import type { Client } from './client.ts'
import type { Keys } from './keys.ts'
import type { AuthPolicy } from './policy.ts'
import type { IdentityProvider, Limiter, Requester, RoleGrants } from './ports.ts'
import type { AuditEvent, LinkedIdentity, User } from './rows.ts'
import type { RandomBytes } from './secret.ts'
import type { AuthStore } from './store.ts'

export interface AuthDependencies {
  readonly store: AuthStore
  readonly limiter: Limiter
  readonly keys: Keys
  readonly policy: AuthPolicy
  /** The built-in and registered clients, by id. */
  readonly clients: ReadonlyMap<string, Client>
  readonly identityProviders: readonly IdentityProvider[]
  readonly roleGrants: RoleGrants
  readonly now: () => Date
  readonly startTimer: StartTimer
  readonly random: RandomBytes
}

/** Calls `onTime` once, at `at` or a little later. Returns a function that cancels it. */
export type StartTimer = (at: Date, onTime: () => void) => () => void

/** Returns a random UUID (version 4, RFC 9562 §5.4). For ids, never for secrets. */
export function newId(random: RandomBytes): string {
  const bytes = Buffer.from(random(16))
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  const hex = bytes.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

/** Whether untrusted text has the form of an id; the id columns of a store accept no other text. */
export const isUuid = (text: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text)

export const secondsAfter = (time: Date, seconds: number): Date => new Date(time.getTime() + seconds * 1000)

/** Whether a value read at `readAt` is less than `seconds` old. If the clock was set back, it is not fresh (L08). */
export const isFresh = (readAt: Date, now: Date, seconds: number): boolean =>
  now >= readAt && now < secondsAfter(readAt, seconds)

/** Returns the higher of the stored role and the role that the configuration gives at this moment (L05, F16). */
export function roleOf(grants: RoleGrants, user: User, identity: LinkedIdentity): Role {
  const granted = grants(identity)
  return granted !== null && roles.indexOf(granted) > roles.indexOf(user.role) ? granted : user.role
}

type AuditDetails = Partial<Omit<AuditEvent, 'at' | 'event' | 'outcome' | 'ip' | 'requestId'>>

/** Returns an audit event with the present time, and the address and request id of the requester (L07). */
export const auditEvent = (
  { random, now }: Pick<AuthDependencies, 'random' | 'now'>,
  event: AuditEvent['event'],
  outcome: AuditEvent['outcome'],
  requester: Requester | null,
  details: AuditDetails = {},
): AuditEvent => ({
  id: newId(random),
  at: now(),
  event,
  outcome,
  ip: requester?.ip ?? null,
  requestId: requester?.requestId ?? null,
  userId: null,
  clientId: null,
  deviceAuthorizationId: null,
  familyId: null,
  detail: null,
  ...details,
})
