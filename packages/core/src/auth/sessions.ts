/** A person's terminals: each sign-in is one refresh-token family that they can see and end (ASVS 7.5.2). */
import type { Sessions } from './auth.ts'
import { lockFamilyFor } from './authority.ts'
import { type AuthDependencies, isId, secondsAfter } from './dependencies.ts'
import { isFamilyExpired } from './refresh-token.ts'
import type { RefreshFamily } from './rows.ts'
import { endFamily } from './tokens.ts'

export const createSessions = (deps: AuthDependencies, clientName: (clientId: string) => string): Sessions => ({
  async listSessions({ userId, currentSessionId }) {
    const now = deps.now()
    const usedAfter = secondsAfter(now, -deps.policy.refreshIdleSeconds)
    const families = await deps.store.listRefreshFamilies({ userId, now, usedAfter })
    return families.map((family) => ({
      id: family.id,
      client_id: family.clientId,
      client_name: clientName(family.clientId),
      device_name: family.deviceName,
      scope: family.scope,
      ip: family.ip,
      created_at: family.createdAt,
      last_used_at: shownUse(family, family.id === currentSessionId ? now : family.lastUsedAt),
      expires_at: family.expiresAt,
      current: family.id === currentSessionId,
      approval: family.approval,
    }))
  },

  async revokeSession({ actor, sessionId, requester }) {
    if (!isId(sessionId)) return 'unknown'
    return deps.store.transaction(async (tx) => {
      const family = await lockFamilyFor(deps, tx, actor, sessionId)
      if (family === 'unauthorized') return family
      const isLive = family?.revokedAt === null && !isFamilyExpired(family, deps.now(), deps.policy)
      if (!isLive || family.userId !== actor.user.id) return 'unknown'
      await endFamily(deps, tx, family, 'session_revoked', requester)
      return 'revoked'
    })
  },
})

const shownMs = 3_600_000

/**
 * Whole hours, several times the life of an access token, and of the session that asks only that it is used now: whoever holds a copied
 * token must not learn here when its terminal refreshes, which is when the copy would have to keep in step (RFC 9700 §4.14.2).
 */
const shownUse = ({ createdAt }: RefreshFamily, usedAt: Date): Date =>
  new Date(Math.max(createdAt.getTime(), Math.floor(usedAt.getTime() / shownMs) * shownMs))
