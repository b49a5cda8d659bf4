/** A person's sessions: each is one refresh-token family, which they can see and end (ASVS 7.5.2). */
import type { Session } from '@osa/contract'
import type { Actor, Sessions } from './auth.ts'
import { lockFamilyFor } from './authority.ts'
import { type AuthDependencies, auditEvent, isUuid, secondsAfter } from './dependencies.ts'
import { maxDeviceNameLength } from './device-flow.ts'
import { isFamilyExpired } from './refresh-token.ts'
import type { RefreshFamily } from './rows.ts'
import { usedAt } from './session-use.ts'
import { storedText } from './text.ts'
import { endFamily } from './tokens.ts'

export function createSessions(deps: AuthDependencies, clientName: (clientId: string) => string): Sessions {
  const isLiveSessionOf = (family: RefreshFamily | null, { user }: Actor): family is RefreshFamily =>
    family?.revokedAt === null && !isFamilyExpired(family, deps.now(), deps.policy) && family.userId === user.id

  return {
    async listSessions({ userId, currentSessionId }) {
      const now = deps.now()
      const usedAfter = secondsAfter(now, -deps.policy.refreshIdleSeconds)
      const families = await deps.store.listRefreshFamilies({ userId, now, usedAfter })
      return families.map((family) =>
        sessionDocument(family, { clientName, currentAt: family.id === currentSessionId ? now : null }),
      )
    },

    seeSessions: ({ identity }) =>
      deps.store.transaction(async (tx) => {
        const found = await tx.lockLinkedIdentity(identity)
        if (!found) return null
        await tx.saveUser({ ...found.user, sessionsSeenAt: deps.now() })
        return found.user.sessionsSeenAt
      }),

    async nameSession({ actor, sessionId, deviceName, requester }) {
      if (!isUuid(sessionId)) return 'unknown'
      return deps.store.transaction(async (tx) => {
        const family = await lockFamilyFor(deps, tx, actor, sessionId)
        if (family === 'unauthorized') return family
        if (!isLiveSessionOf(family, actor)) return 'unknown'
        await tx.saveRefreshFamily({ ...family, deviceName: storedText(deviceName, maxDeviceNameLength) })
        const { userId, clientId, id: familyId } = family
        await tx.appendAuditEvent(auditEvent(deps, 'session.name', 'ok', requester, { userId, clientId, familyId }))
        return 'named'
      })
    },

    async revokeSession({ actor, sessionId, requester }) {
      if (!isUuid(sessionId)) return 'unknown'
      return deps.store.transaction(async (tx) => {
        const family = await lockFamilyFor(deps, tx, actor, sessionId)
        if (family === 'unauthorized') return family
        if (!isLiveSessionOf(family, actor)) return 'unknown'
        await endFamily(deps, tx, family, 'session_revoked', requester)
        return 'revoked'
      })
    },
  }
}

/** Returns the document of a session. `currentAt` is the present time for the caller's own session, and null for all others. */
export const sessionDocument = (
  family: RefreshFamily,
  { clientName, currentAt }: { clientName: (clientId: string) => string; currentAt: Date | null },
): Session => ({
  id: family.id,
  client_id: family.clientId,
  client_name: clientName(family.clientId),
  device_name: family.deviceName,
  scope: family.scope,
  ip: family.ip,
  created_at: family.createdAt,
  last_used_at: shownUse(family, currentAt ?? usedAt(family)),
  expires_at: family.expiresAt,
  current: currentAt !== null,
  approval: family.approval,
})

const shownMs = 3_600_000

/**
 * Rounds the last use down to the hour, which is several times the lifetime of an access token. The exact time would tell a thief with a
 * copied token when its terminal refreshes, and so when to refresh the copy (RFC 9700 §4.14.2).
 */
const shownUse = ({ createdAt }: RefreshFamily, at: Date): Date =>
  new Date(Math.max(createdAt.getTime(), Math.floor(at.getTime() / shownMs) * shownMs))
