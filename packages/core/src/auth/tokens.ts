/** What happens to tokens after sign-in: refresh (RFC 6749 §6), revocation (RFC 7009), introspection (RFC 7662), use (RFC 6750). */
import { type Me, refreshTokenGrantType, type TokenResponse } from '@osa/contract'
import { verifyAccessToken } from './access-token.ts'
import type { Principal, Tokens } from './auth.ts'
import { type Client, type PresentingClients, registeredFor } from './client.ts'
import { type AuthDependencies, auditEvent, newId, roleOf } from './dependencies.ts'
import { newRefreshToken, tokenDocument } from './issue-tokens.ts'
import type { AuthTx, Requester } from './ports.ts'
import { deriveSuccessor, present, revoke } from './refresh-token.ts'
import { isRefusal, type Refusal, refuse } from './refusal.ts'
import type { LinkedIdentity, RefreshFamily, RefreshToken, User } from './rows.ts'
import { grantScope, scopeList } from './scope.ts'
import { type RefreshTokenSecret, sha256 } from './secret.ts'
import type { KeyRing, Signer } from './signing-keys.ts'

const refused = {
  unknown: () => refuse('invalid_grant', 'The refresh token is not valid.', { reason: 'unknown' }),
  revoked: () => refuse('invalid_grant', 'The session was ended.', { reason: 'revoked' }),
  expired: () => refuse('invalid_grant', 'The session has expired.', { reason: 'expired' }),
  limited: (retryAfterSeconds: number) =>
    refuse('temporarily_unavailable', 'This session was renewed too often. Please try again later.', {
      retryAfterSeconds,
    }),
}

export const createTokens = (deps: AuthDependencies, ring: KeyRing): Tokens => ({
  async exchangeRefreshToken({ clients, refreshToken, scope, requester }) {
    const registered = registeredFor(clients, refreshTokenGrantType)
    if (isRefusal(registered)) return registered
    const presented = refreshToken as RefreshTokenSecret
    const signer = await ring.signer() // before the transaction, which may hold the only connection
    return deps.store.transaction(async (tx) => {
      const found = await tx.lockRefreshToken(sha256(presented))
      // a foreign client's attempt does the family no harm (G08)
      if (!found || !isHeldBy(found.family, registered)) return refused.unknown()
      return rotate(deps, tx, signer, { ...found, presented, scope, requester })
    })
  },

  async revokeToken({ clients, token, requester }) {
    // by its look a token is one kind or the other, whatever the hint says (RFC 7009 §2.1)
    const claims = token.includes('.') ? await verifyAccessToken(deps, ring, token) : null
    await deps.store.transaction(async (tx) => {
      const family =
        claims === null
          ? (await tx.lockRefreshToken(sha256(token as RefreshTokenSecret)))?.family
          : isRefusal(claims)
            ? null
            : await tx.lockRefreshFamily(claims.sid)
      if (!family || family.revokedAt !== null || !isHeldBy(family, clients)) return
      await endFamily(deps, tx, family, 'logout', requester)
    })
  },

  async introspectToken({ client, token, requester }) {
    const limited = await introspectionLimit(deps, client, requester)
    if (limited) return limited
    const claims = await verifyAccessToken(deps, ring, token)
    if (isRefusal(claims) || (await findPrincipal(deps, claims)) === null) return { active: false }
    const { client_id, scope, sub, exp, iat, jti } = claims
    const iss = deps.policy.publicUrl
    return { active: true, iss, aud: iss, sub, client_id, scope, exp, iat, jti, token_type: 'Bearer' }
  },

  async authenticate(accessToken) {
    if (accessToken === null) return refuse('invalid_token', 'An access token is required.', { reason: 'missing' })
    const claims = await verifyAccessToken(deps, ring, accessToken)
    if (isRefusal(claims)) return claims
    const found = await findPrincipal(deps, claims)
    if (!found) return refuse('invalid_token', 'The session was ended.', { reason: 'revoked' })
    return principal(deps, { ...found, clientId: claims.client_id, scope: claims.scope, sessionId: claims.sid })
  },

  async publicKeys() {
    return { keys: await ring.publicKeys() }
  },
})

/** Introspection's own budgets (RFC 7662 §4); no other operation spends from them (H06). */
const introspectionLimit = async (
  { limiter }: AuthDependencies,
  { clientId }: Client,
  { source }: Requester,
): Promise<Refusal | null> => {
  for (const spent of [
    await limiter.spend('introspect_by_source', source),
    await limiter.spend('introspect_by_client', clientId),
  ]) {
    if (spent.within) continue
    const { retryAfterSeconds } = spent
    return refuse('temporarily_unavailable', 'Too many tokens were asked about.', { retryAfterSeconds })
  }
  return null
}

const isHeldBy = (family: RefreshFamily, clients: PresentingClients): boolean =>
  clients.some(({ clientId }) => clientId === family.clientId)

/** Decides what presenting the token means and does it; a family's end is committed together with its refusal (G02). */
const rotate = async (
  deps: AuthDependencies,
  tx: AuthTx,
  signer: Signer,
  use: {
    token: RefreshToken
    family: RefreshFamily
    successor: RefreshToken | null
    presented: RefreshTokenSecret
    scope: string | undefined
    requester: Requester
  },
): Promise<TokenResponse | Refusal> => {
  const { token, family, presented, requester } = use
  const presentation = present({ ...use, source: requester.source }, deps.now(), deps.policy)
  if (presentation.verdict === 'ended') {
    // seen once, it stays over (L08)
    if (family.revokedAt === null) await tx.saveRefreshFamily(revoke(family, 'expired', deps.now()))
    return refused[presentation.reason]()
  }
  if (presentation.verdict === 'reuse') {
    await endFamily(deps, tx, family, presentation.because, requester)
    return refused.revoked()
  }
  if (presentation.verdict === 'limited') return refused.limited(presentation.retryAfterSeconds)
  const user = await tx.findUser(family.userId)
  if (!user || user.disabledAt !== null) return refused.revoked()
  const scope = grantScope(use.scope, scopeList(family.scope))
  if (isRefusal(scope)) return scope

  const details = { userId: user.id, clientId: family.clientId, familyId: family.id }
  if (presentation.verdict === 'replay') {
    await tx.saveRefreshToken({ ...token, replays: token.replays + 1 })
    if (presentation.isAlarm) await noteSecondSource(deps, tx, presentation.family, requester)
    await tx.appendAuditEvent(auditEvent(deps, 'token.refresh_replay', 'ok', requester, details))
    const refreshToken = deriveSuccessor(deps.keys, presented, presentation.salt)
    return tokenDocument(deps, signer, { family, refreshToken, scope })
  }
  const successorSalt = newId(deps.random)
  const refreshToken = deriveSuccessor(deps.keys, presented, successorSalt)
  const successor = newRefreshToken(deps, family.id, refreshToken)
  await tx.insertRefreshToken(successor)
  await tx.saveRefreshToken({ ...token, usedAt: deps.now(), successorSalt, successorId: successor.id })
  await tx.saveRefreshFamily(presentation.family)
  await tx.appendAuditEvent(auditEvent(deps, 'token.refresh', 'ok', requester, details))
  return tokenDocument(deps, signer, { family, refreshToken, scope })
}

/** Somebody else repeats a token, or its terminal has changed networks: an alarm each time, and the end at the third in a row. */
const noteSecondSource = async (deps: AuthDependencies, tx: AuthTx, family: RefreshFamily, requester: Requester) => {
  await tx.saveRefreshFamily(family)
  const detail = `first used from ${family.rotatedFrom}; rotations in a row: ${family.sharedRotations}`
  const details = { userId: family.userId, clientId: family.clientId, familyId: family.id, detail }
  await tx.appendAuditEvent(auditEvent(deps, 'token.refresh_two_sources', 'ok', requester, details))
}

const endings = {
  logout: { event: 'session.revoke', outcome: 'ok', because: 'logout' },
  session_revoked: { event: 'session.revoke', outcome: 'ok', because: 'session_revoked' },
  reuse: { event: 'token.refresh_reuse', outcome: 'refused', because: 'reuse' },
  two_sources: { event: 'token.refresh_reuse', outcome: 'refused', because: 'reuse' },
} as const

/** Revokes a family and says so in the audit. */
export const endFamily = async (
  deps: AuthDependencies,
  tx: AuthTx,
  family: RefreshFamily,
  why: keyof typeof endings,
  requester: Requester,
): Promise<void> => {
  const { event, outcome, because } = endings[why]
  await tx.saveRefreshFamily(revoke(family, because, deps.now()))
  const details = { userId: family.userId, clientId: family.clientId, familyId: family.id, detail: why }
  await tx.appendAuditEvent(auditEvent(deps, event, outcome, requester, details))
}

const findPrincipal = ({ store, now }: AuthDependencies, claims: { sub: string; sid: string; jti: string }) =>
  store.findPrincipal({ userId: claims.sub, familyId: claims.sid, accessTokenId: claims.jti, now: now() })

const principal = (
  { roleGrants }: AuthDependencies,
  found: { user: User; identity: LinkedIdentity; clientId: string; scope: string; sessionId: string },
): Principal => {
  const { user, identity, clientId, scope, sessionId } = found
  const role = roleOf(roleGrants, user, identity)
  const me: Me = {
    id: user.id,
    display_name: user.displayName,
    provider: identity.provider,
    external_id: identity.subject,
    roles: [role],
  }
  return { user, identity, role, clientId, scope: scopeList(scope), sessionId, me }
}
