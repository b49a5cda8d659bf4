/**
 * What changes a node for everybody or for one person, in a transaction: from the console (operator.ts) and from the admin page
 * (administration.ts) alike. Who may is decided there.
 */
import type { Role } from '@osa/contract'
import type { SignedInBrowser } from './browser-operations.ts'
import { type AuthDependencies, auditEvent } from './dependencies.ts'
import type { Requester } from './ports.ts'
import type { AuditEvent, User } from './rows.ts'
import type { AuthTx } from './store.ts'

/** Who does it: an administrator in a browser; null at the console, where nobody is asked who they are. */
export type By = { readonly admin: SignedInBrowser; readonly requester: Requester } | null

type Dependencies = Pick<AuthDependencies, 'now' | 'random'>

/** An audit event that names the administrator, if it is one: as its person where it is about nobody, and in its detail. */
export const recorded = (
  deps: Dependencies,
  event: AuditEvent['event'],
  by: By,
  { userId, detail }: { userId?: string | null; detail: string },
): AuditEvent =>
  auditEvent(deps, event, 'ok', by?.requester ?? null, {
    userId: userId ?? by?.admin.user.id ?? null,
    detail: by === null ? detail : `${detail}, by ${adminName(by.admin)}`,
  })

/** The name and what the identity provider calls them, which nobody else can be called. */
export const adminName = ({ user, identity }: SignedInBrowser): string =>
  user.displayName === null ? identity.subject : `${user.displayName} (${identity.subject})`

/** Of one person, or with null of everybody. */
export async function revokeSessions(
  deps: Dependencies,
  tx: AuthTx,
  userId: string | null,
  by: By,
): Promise<{ revoked: number; codes: number }> {
  // codes before sessions: whoever redeems one just now is waited for, and the session that comes of it is ended as well
  const codes = await tx.endSignIns({ userId, endedAt: deps.now() })
  const revoked = await tx.revokeRefreshFamilies({ userId, revokedAt: deps.now(), because: 'operator' })
  const detail = `${userId === null ? 'everybody' : 'one person'}: ${revoked} sessions, ${codes} codes`
  await tx.appendAuditEvent(recorded(deps, 'operator.revoke_sessions', by, { userId, detail }))
  return { revoked, codes }
}

/** Stores a role of a person whose row is locked. */
export async function setRole(
  deps: Dependencies,
  tx: AuthTx,
  { user, role }: { user: User; role: Role },
  by: By,
): Promise<{ userId: string; before: Role }> {
  await tx.saveUser({ ...user, role })
  const event = recorded(deps, 'operator.role', by, { userId: user.id, detail: `${user.role} to ${role}` })
  await tx.appendAuditEvent(event)
  return { userId: user.id, before: user.role }
}

/** Whether people may sign in from terminals. */
export async function setDeviceGrant(
  deps: Dependencies,
  tx: AuthTx,
  { enabled }: { enabled: boolean },
  by: By,
): Promise<void> {
  await tx.putSwitch({ name: 'device_grant', enabled, changedAt: deps.now() })
  await tx.appendAuditEvent(recorded(deps, 'operator.device_grant', by, { detail: enabled ? 'on' : 'off' }))
}
