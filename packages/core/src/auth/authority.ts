/**
 * Checks that a caller may still act, in the transaction that acts and under the locks that a revocation takes. A concurrent revocation
 * therefore either waits for the transaction or is seen by it (L10). Locks are taken in one order everywhere: person, device, sign-in,
 * browser session, families by id.
 */
import type { Actor } from './auth.ts'
import type { SignedInBrowser } from './browser-operations.ts'
import type { AuthDependencies } from './dependencies.ts'
import type { RefreshFamily } from './rows.ts'
import type { AuthTx } from './store.ts'

/** Whether this browser is still signed in as this person. */
export async function isSignedIn(
  { now }: Pick<AuthDependencies, 'now'>,
  tx: AuthTx,
  { session: { id }, user }: Pick<SignedInBrowser, 'session' | 'user'>,
): Promise<boolean> {
  const session = await tx.lockBrowserSessionById(id)
  if (session?.userId !== user.id || session.expiresAt <= now()) return false
  return (await tx.findUser(user.id))?.disabledAt === null
}

/** Locks and returns the family that an actor names; null when there is none, `unauthorized` when the actor's own session has ended. */
export async function lockFamilyFor(
  deps: Pick<AuthDependencies, 'now'>,
  tx: AuthTx,
  actor: Actor,
  familyId: string,
): Promise<RefreshFamily | null | 'unauthorized'> {
  if ('session' in actor) {
    return (await isSignedIn(deps, tx, actor)) ? tx.lockRefreshFamily(familyId) : 'unauthorized'
  }
  const { sessionId, user } = actor
  const locked = new Map<string, RefreshFamily | null>()
  for (const id of [familyId, sessionId].sort()) locked.set(id, await tx.lockRefreshFamily(id))
  const isAlive = locked.get(sessionId)?.revokedAt === null && (await tx.findUser(user.id))?.disabledAt === null
  return isAlive ? (locked.get(familyId) ?? null) : 'unauthorized'
}
