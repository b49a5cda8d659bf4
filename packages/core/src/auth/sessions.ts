/** A person's terminals: each sign-in is one refresh-token family that they can see and end (ASVS 7.5.2). */
import type { Sessions } from './auth.ts'
import { type AuthDependencies, isId, secondsAfter } from './dependencies.ts'
import { isFamilyExpired } from './refresh-token.ts'
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
      last_used_at: family.lastUsedAt,
      expires_at: family.expiresAt,
      current: family.id === currentSessionId,
    }))
  },

  async revokeSession({ userId, sessionId, requester }) {
    if (!isId(sessionId)) return false
    return deps.store.transaction(async (tx) => {
      const family = await tx.lockRefreshFamily(sessionId)
      const live =
        family?.userId === userId && family.revokedAt === null && !isFamilyExpired(family, deps.now(), deps.policy)
      if (!live) return false
      await endFamily(deps, tx, family, 'session_revoked', requester)
      return true
    })
  },
})
