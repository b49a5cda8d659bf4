/** Operations on tokens: refresh (RFC 6749 §6), revocation (RFC 7009), introspection (RFC 7662), authentication (RFC 6750). */
import { refreshTokenGrantType, type TokenResponse, type Whoami } from '@osa/contract'
import { verifyAccessToken } from './access-token.ts'
import type { Principal, TokenOperations } from './auth.ts'
import { type Client, type PresentingClients, registeredFor } from './client.ts'
import { type AuthDependencies, auditEvent, roleOf } from './dependencies.ts'
import { retryWhileStale, stale } from './guarded.ts'
import { tokenDocument } from './issue-tokens.ts'
import { maxRefreshReplays } from './policy.ts'
import type { Requester } from './ports.ts'
import { oldGeneration, type Presentation, type Presenter, present, revoke } from './refresh-token.ts'
import { readRefreshToken, refreshTokenOf } from './refresh-token-text.ts'
import { isRefusal, type Refusal, refuse } from './refusal.ts'
import type { AuditEvent, LinkedIdentity, RefreshFamily, User } from './rows.ts'
import { grantScope, scopeList } from './scope.ts'
import { type AttemptSecret, equalInConstantTime, type RefreshTokenSecret, sha256 } from './secret.ts'
import { noteCall } from './session-use.ts'
import type { KeyRing } from './signing-keys.ts'
import type { AuthTx } from './store.ts'

/** An attempt is stale only after another caller's rotation, repeat or end of the family, and there are fewer of these for one token. */
const maxRefreshAttempts = maxRefreshReplays + 4

const refused = {
  unknown: () => refuse('invalid_grant', 'The refresh token is not valid.', { reason: 'unknown' }),
  revoked: () => refuse('invalid_grant', 'The session was ended.', { reason: 'revoked' }),
  expired: () => refuse('invalid_grant', 'The session has expired.', { reason: 'expired' }),
  limited: (retryAfterSeconds: number) =>
    refuse('temporarily_unavailable', 'This session was renewed too often. Please try again later.', {
      retryAfterSeconds,
    }),
}

export const createTokenOperations = (deps: AuthDependencies, ring: KeyRing): TokenOperations => ({
  async exchangeRefreshToken({ clients, refreshToken, attempt, scope, requester }) {
    const registered = registeredFor(clients, refreshTokenGrantType)
    if (isRefusal(registered)) return registered
    return retryWhileStale(maxRefreshAttempts, async () => {
      const found = await findPresented(deps, refreshToken)
      // an attempt by another client does not affect the family (G08)
      if (!found || !isHeldBy(found.family, registered)) return refused.unknown()
      const attemptHash = attempt === undefined ? null : sha256(attempt as AttemptSecret)
      return rotate(deps, ring, { ...found, presenter: { source: requester.source, attemptHash }, scope, requester })
    })
  },

  async revokeToken({ clients, token, requester }) {
    const familyId = await familyIdOf(deps, ring, token)
    if (familyId === null) return
    await deps.store.transaction(async (tx) => {
      const family = await tx.lockRefreshFamily(familyId)
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
    await noteCall(deps, found.family)
    return principal(deps, { ...found, clientId: claims.client_id, scope: claims.scope, sessionId: claims.sid })
  },

  async publicKeys() {
    return { keys: await ring.publicKeys() }
  },
})

/** Spends from the budgets of introspection (RFC 7662 §4), which no other operation uses (H06). */
async function introspectionLimit(
  { limiter }: AuthDependencies,
  { clientId }: Client,
  { source }: Requester,
): Promise<Refusal | null> {
  for (const spent of [
    await limiter.spend('introspect_by_source', source),
    await limiter.spend('introspect_by_client', clientId),
  ]) {
    if (spent.within) continue
    const { retryAfterSeconds } = spent
    return refuse('temporarily_unavailable', 'Too many introspection requests. Please try again later.', {
      retryAfterSeconds,
    })
  }
  return null
}

const isHeldBy = (family: RefreshFamily, clients: PresentingClients): boolean =>
  clients.some(({ clientId }) => clientId === family.clientId)

interface FoundToken {
  readonly family: RefreshFamily
  readonly user: User
  readonly generation: number
}

/** Finds the family and generation of a refresh token; null for any other text. */
async function findPresented({ keys, store }: AuthDependencies, token: string): Promise<FoundToken | null> {
  const named = readRefreshToken(keys, token)
  if (named === null) return findOld(store, token)
  const found = await store.findRefreshFamily(named.familyId)
  const isValid = found && equalInConstantTime(refreshTokenOf(keys, found.family, named.generation), token)
  return isValid ? { ...found, generation: named.generation } : null
}

/** Finds a token from before families had generations: 256 random bits, stored as a hash. */
async function findOld(store: AuthDependencies['store'], token: string): Promise<FoundToken | null> {
  if (!/^[\w-]{43}$/.test(token)) return null
  const old = await store.findOldRefreshToken(sha256(token as RefreshTokenSecret))
  const found = old && (await store.findRefreshFamily(old.familyId))
  return found && { ...found, generation: oldGeneration(old) }
}

/** Returns the session of a refresh token or an access token. The format tells which kind it is, so a hint is not needed (RFC 7009 §2.1). */
async function familyIdOf(deps: AuthDependencies, ring: KeyRing, token: string): Promise<string | null> {
  if (!token.includes('.')) return (await findPresented(deps, token))?.family.id ?? null
  const claims = await verifyAccessToken(deps, ring, token)
  return isRefusal(claims) ? null : claims.sid
}

/** Decides on the presented token and writes the result. The end of a family is committed before the refusal is returned (G02). */
async function rotate(
  deps: AuthDependencies,
  ring: KeyRing,
  use: FoundToken & { presenter: Presenter; scope: string | undefined; requester: Requester },
): Promise<TokenResponse | Refusal | typeof stale> {
  const { family, user, requester } = use
  const presentation = present(use, deps.now(), deps.policy)
  const move = (next: RefreshFamily, events: readonly AuditEvent[] = []) =>
    deps.store.moveRefreshFamily({ read: family, next, events })
  if (presentation.verdict === 'ended') {
    // recorded, so that it stays expired if the clock is set back (L08)
    if (family.revokedAt === null && !(await move(revoke(family, 'expired', deps.now())))) return stale
    return refused[presentation.reason]()
  }
  if (presentation.verdict === 'reuse') {
    const { next, event } = ending(deps, family, presentation.because, requester)
    return (await move(next, [event])) ? refused.revoked() : stale
  }
  if (presentation.verdict === 'limited') return refused.limited(presentation.retryAfterSeconds)
  if (user.disabledAt !== null) return refused.revoked()
  const scope = grantScope(use.scope, scopeList(family.scope))
  if (isRefusal(scope)) return scope
  const { next } = presentation
  const tokens = await tokenDocument(deps, await ring.signer(), { family: next, scope })
  return (await move(next, eventsOf(deps, presentation, requester))) ? tokens : stale
}

/** Returns the audit events of a rotation or repeat. A repeat from a second source has an additional event, as an alarm. */
function eventsOf(
  deps: AuthDependencies,
  presentation: Extract<Presentation, { next: RefreshFamily }>,
  requester: Requester,
): AuditEvent[] {
  const { userId, clientId, id: familyId, rotatedFrom, sharedRotations } = presentation.next
  const details = { userId, clientId, familyId }
  if (presentation.verdict === 'rotate') return [auditEvent(deps, 'token.refresh', 'ok', requester, details)]
  const replay = auditEvent(deps, 'token.refresh_replay', 'ok', requester, details)
  if (!presentation.isAlarm) return [replay]
  const detail = `first used from ${rotatedFrom}; rotations in a row: ${sharedRotations}`
  return [auditEvent(deps, 'token.refresh_two_sources', 'ok', requester, { ...details, detail }), replay]
}

const endings = {
  logout: { event: 'session.revoke', outcome: 'ok', because: 'logout' },
  session_revoked: { event: 'session.revoke', outcome: 'ok', because: 'session_revoked' },
  reuse: { event: 'token.refresh_reuse', outcome: 'refused', because: 'reuse' },
  two_sources: { event: 'token.refresh_reuse', outcome: 'refused', because: 'reuse' },
} as const

/** Returns a family after its end, and the audit event. */
function ending(deps: AuthDependencies, family: RefreshFamily, why: keyof typeof endings, requester: Requester) {
  const { event, outcome, because } = endings[why]
  const details = { userId: family.userId, clientId: family.clientId, familyId: family.id, detail: why }
  return {
    next: revoke(family, because, deps.now()),
    event: auditEvent(deps, event, outcome, requester, details),
  }
}

/** Revokes a locked family and appends the audit event. */
export async function endFamily(
  deps: AuthDependencies,
  tx: AuthTx,
  family: RefreshFamily,
  why: keyof typeof endings,
  requester: Requester,
  detail: string = why,
): Promise<void> {
  const { next, event } = ending(deps, family, why, requester)
  await tx.saveRefreshFamily(next)
  await tx.appendAuditEvent({ ...event, detail })
}

const findPrincipal = ({ store, now }: AuthDependencies, claims: { sub: string; sid: string; jti: string }) =>
  store.findPrincipal({ userId: claims.sub, familyId: claims.sid, accessTokenId: claims.jti, now: now() })

function principal(
  { roleGrants }: AuthDependencies,
  found: { user: User; identity: LinkedIdentity; clientId: string; scope: string; sessionId: string },
): Principal {
  const { user, identity, clientId, scope, sessionId } = found
  const role = roleOf(roleGrants, user, identity)
  const me: Whoami = {
    id: user.id,
    display_name: user.displayName,
    provider: identity.provider,
    external_id: identity.subject,
    roles: [role],
  }
  return { user, identity, role, clientId, scope: scopeList(scope), sessionId, me }
}
