/**
 * Writes the result of a sign-in after the provider has answered, in one transaction: the person, their browser session and the claim of the
 * device, or the denial. Signing in approves nothing.
 */
import type { Approval } from '@osa/contract'
import type { SignedIn, SignInRefusal } from './browser-operations.ts'
import { type AuthDependencies, auditEvent, newId, roleOf, secondsAfter } from './dependencies.ts'
import { claim, deny, isClaimable } from './device-authorization.ts'
import type { IdentityProvider, Requester, VerifiedIdentity } from './ports.ts'
import { recordExpiry } from './record-expiry.ts'
import type { BrowserSession, DeviceAuthorization, LinkedIdentity, LoginTransaction, User } from './rows.ts'
import { type CookieSecret, newSecret, sha256 } from './secret.ts'
import type { AuthTx } from './store.ts'
import { storedText } from './text.ts'

const maxDisplayNameLength = 100

/** Returns the refusal of a sign-in. The page names the provider. */
export const refusal = (
  refused: SignInRefusal['refused'],
  detail: string,
  provider: IdentityProvider | null,
): SignInRefusal => ({
  refused,
  detail,
  providerName: provider?.name ?? null,
})

/** Locks the device that a sign-in is for; null if there is none, or if it no longer exists. */
export const lockDeviceOf = async (tx: AuthTx, { deviceAuthorizationId: id }: LoginTransaction) =>
  id === null ? null : tx.lockDeviceAuthorization(id)

/** Denies the device of a person who refused at the provider. The terminal learns it at its next poll (E08). Another person's claim stays. */
export async function denyDevice(
  deps: AuthDependencies,
  tx: AuthTx,
  {
    device,
    session,
    requester,
  }: { device: DeviceAuthorization | null; session: CookieSecret | null; requester: Requester },
) {
  const signedIn = session === null ? null : await tx.lockBrowserSession(sha256(session))
  const userId = signedIn && signedIn.expiresAt > deps.now() ? signedIn.userId : null
  if (!device || !isClaimable(device, deps.now(), userId)) return
  await tx.saveDeviceAuthorization(deny(device, deps.now()))
  await tx.announceDecision(device.deviceCodeHash)
  const { clientId, id: deviceAuthorizationId } = device
  await tx.appendAuditEvent(auditEvent(deps, 'device.deny', 'ok', requester, { clientId, deviceAuthorizationId }))
}

/** Finds or creates the person, opens their browser session and claims the device for them: all or nothing. */
export const writeSignIn = (
  deps: AuthDependencies,
  arrival: {
    identity: VerifiedIdentity
    transaction: LoginTransaction
    provider: IdentityProvider
    session: CookieSecret | null
    proofOf: (deviceAuthorizationId: string) => CookieSecret | null
    requester: Requester
  },
): Promise<SignedIn | SignInRefusal> =>
  deps.store.transaction(async (tx) => {
    const { transaction, provider, requester } = arrival
    const { user, identity } = await findOrCreateUser(deps, tx, provider, arrival.identity)
    const { deviceAuthorizationId } = transaction
    const refused = (why: 'account_disabled' | 'device_not_usable' | 'ended') => {
      const details = { userId: user.id, deviceAuthorizationId, detail: `${provider.id} ${why}` }
      return tx.appendAuditEvent(auditEvent(deps, 'sign_in.refused', 'refused', requester, details))
    }
    if (user.disabledAt !== null) {
      await tx.finishLoginTransaction(transaction.id)
      await refused('account_disabled')
      return refusal('account_disabled', `user ${user.id} is disabled`, provider)
    }
    const device = await lockDeviceOf(tx, transaction)
    if (!(await tx.finishLoginTransaction(transaction.id))) {
      await refused('ended')
      return refusal('unknown_transaction', 'an operator ended the sign-in while the provider was called', provider)
    }
    if (deviceAuthorizationId !== null && (device === null || !isClaimable(device, deps.now(), user.id))) {
      if (device) await recordExpiry(tx, device, deps.now())
      await refused('device_not_usable')
      return refusal(
        'device_not_usable',
        'the device was decided, has expired or is claimed by another person',
        provider,
      )
    }
    const { session, secret } = await openSession(deps, tx, {
      user,
      authTime: arrival.identity.authTime,
      old: arrival.session,
    })
    const role = roleOf(deps.roleGrants, user, identity)
    const audit = (event: 'sign_in' | 'admin.granted' | 'device.claim', detail: string | null = null) =>
      tx.appendAuditEvent(auditEvent(deps, event, 'ok', requester, { userId: user.id, deviceAuthorizationId, detail }))
    await audit('sign_in', provider.id)
    if (role !== user.role) await audit('admin.granted', `${role} by configuration`)
    if (device) {
      const { sealedUserCode } = transaction
      const approval = approvalOf(device, transaction, arrival.proofOf(device.id))
      const by = { userId: user.id, sessionId: session.id, sealedUserCode, approval }
      await tx.saveDeviceAuthorization(claim(device, by))
      await audit('device.claim', approval)
    }
    return { browser: { session, user, identity, role }, secret, deviceAuthorizationId }
  })

/** Returns what ties this browser's claim to the terminal: it reached the terminal's listener, or the code was typed, or came in a link. */
function approvalOf(
  { provenBrowserHash }: DeviceAuthorization,
  { codeTyped }: LoginTransaction,
  proof: CookieSecret | null,
): Approval {
  if (proof !== null && provenBrowserHash === sha256(proof)) return 'same_computer'
  return codeTyped ? 'typed' : 'prefilled'
}

/** Finds a person by (issuer, subject), never by name (E13), or creates one. Two concurrent first sign-ins create only one person. */
async function findOrCreateUser(
  deps: AuthDependencies,
  tx: AuthTx,
  provider: IdentityProvider,
  { issuer, subject, name }: VerifiedIdentity,
): Promise<{ user: User; identity: LinkedIdentity }> {
  const displayName = storedText(name, maxDisplayNameLength)
  const known = await tx.lockLinkedIdentity({ issuer, subject })
  if (known) {
    if (displayName === null || displayName === known.user.displayName) return known
    const user = { ...known.user, displayName }
    await tx.saveUser(user)
    return { ...known, user }
  }
  const createdAt = deps.now()
  const user: User = {
    id: newId(deps.random),
    displayName,
    role: 'user',
    createdAt,
    disabledAt: null,
    sessionsSeenAt: null,
  }
  const identity: LinkedIdentity = {
    id: newId(deps.random),
    userId: user.id,
    provider: provider.id,
    issuer,
    subject,
    createdAt,
  }
  if (await tx.insertUser(user, identity)) return { user, identity }
  const other = await tx.lockLinkedIdentity({ issuer, subject })
  if (!other) throw new Error('an identity that is taken cannot be found')
  return other
}

/**
 * Opens a browser session, with a new secret at every sign-in (D14). If the same person was signed in, their session keeps its row, so that
 * they can still confirm a request in another tab (D17). The session of another person ends.
 */
async function openSession(
  { now, random, policy }: AuthDependencies,
  tx: AuthTx,
  { user, authTime, old }: { user: User; authTime: Date; old: CookieSecret | null },
): Promise<{ session: BrowserSession; secret: CookieSecret }> {
  const secret = newSecret<CookieSecret>(random)
  const createdAt = now()
  const expiresAt = secondsAfter(createdAt, policy.browserSessionLifetimeSeconds)
  const previous = old === null ? null : await tx.lockBrowserSession(sha256(old))
  if (previous?.userId === user.id && previous.expiresAt > createdAt) {
    const session = { ...previous, secretHash: sha256(secret), authTime, expiresAt }
    await tx.saveBrowserSession(session)
    return { session, secret }
  }
  if (previous) await tx.deleteBrowserSession(previous.id)
  const session = { id: newId(random), secretHash: sha256(secret), userId: user.id, authTime, createdAt, expiresAt }
  await tx.insertBrowserSession(session)
  return { session, secret }
}
