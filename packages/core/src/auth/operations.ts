/**
 * Changes to a node or to one person, in a transaction. The console (operator.ts) and the admin page (administration.ts) share them, and
 * check before that the caller may make them.
 */
import type { Role } from '@osa/contract'
import type { SignedInBrowser } from './browser-operations.ts'
import { type AuthDependencies, auditEvent } from './dependencies.ts'
import type { Requester } from './ports.ts'
import type { AuditEvent, User } from './rows.ts'
import type { AuthTx } from './store.ts'

/** The caller: an administrator in a browser, or null at the console, which asks for no identity. */
export type By = { readonly admin: SignedInBrowser; readonly requester: Requester } | null

type Dependencies = Pick<AuthDependencies, 'now' | 'random'>

/** Returns an audit event whose detail names the administrator, if there is one. If it is about no other person, it is theirs. */
export const operationEvent = (
  deps: Dependencies,
  event: AuditEvent['event'],
  by: By,
  { userId, detail }: { userId?: string | null; detail: string },
): AuditEvent =>
  auditEvent(deps, event, 'ok', by?.requester ?? null, {
    userId: userId ?? by?.admin.user.id ?? null,
    detail: by === null ? detail : `${detail}, by ${adminName(by.admin)}`,
  })

/** Returns the display name and the identity provider's subject, which is unique there. */
export const adminName = ({ user, identity }: SignedInBrowser): string =>
  user.displayName === null ? identity.subject : `${user.displayName} (${identity.subject})`

/** Ends all sessions of one person, or with null of all people, and pending codes that could still become sessions. */
export async function revokeSessions(
  deps: Dependencies,
  tx: AuthTx,
  userId: string | null,
  by: By,
): Promise<{ revoked: number; codes: number }> {
  // codes before sessions: this waits for a redemption in progress, whose new session is then ended as well
  const codes = await tx.endSignIns({ userId, endedAt: deps.now() })
  const revoked = await tx.revokeRefreshFamilies({ userId, revokedAt: deps.now(), because: 'operator' })
  const detail = `${userId === null ? 'everybody' : 'one person'}: ${revoked} sessions, ${codes} codes`
  await tx.appendAuditEvent(operationEvent(deps, 'operator.revoke_sessions', by, { userId, detail }))
  return { revoked, codes }
}

/** Stores the role of a person whose row is locked. */
export async function setRole(
  deps: Dependencies,
  tx: AuthTx,
  { user, role }: { user: User; role: Role },
  by: By,
): Promise<{ userId: string; before: Role }> {
  await tx.saveUser({ ...user, role })
  const event = operationEvent(deps, 'operator.role', by, { userId: user.id, detail: `${user.role} to ${role}` })
  await tx.appendAuditEvent(event)
  return { userId: user.id, before: user.role }
}

/** Turns signing in from terminals on or off. */
export async function setDeviceGrant(
  deps: Dependencies,
  tx: AuthTx,
  { enabled }: { enabled: boolean },
  by: By,
): Promise<void> {
  await tx.putSwitch({ name: 'device_grant', enabled, changedAt: deps.now() })
  await tx.appendAuditEvent(operationEvent(deps, 'operator.device_grant', by, { detail: enabled ? 'on' : 'off' }))
}
