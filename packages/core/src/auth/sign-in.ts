/**
 * A browser's way through an identity provider and back (OpenID Connect Core §3.1, RFC 9700 §4.7). A transaction ties state, nonce and
 * verifier to the browser that began it; it is taken once, so a callback counts once, and stays until the sign-in is written, so that an
 * operator who ends all sessions meanwhile ends it too. Signing in approves nothing.
 */
import type { Approval } from '@osa/contract'
import type { DeviceClaimTicket, SignedIn, SignIn, SignInRefusal } from './auth.ts'
import { type AuthDependencies, auditEvent, newId, roleOf, secondsAfter } from './dependencies.ts'
import { claim, deny, isClaimable } from './device-authorization.ts'
import { mayHaveOneMore } from './fair-share.ts'
import type { AuthTx, IdentityProvider, Requester, SignInFailure, VerifiedIdentity } from './ports.ts'
import { recordExpiry } from './record-expiry.ts'
import type { BrowserSession, DeviceAuthorization, LinkedIdentity, LoginTransaction, User } from './rows.ts'
import { type CookieSecret, newSecret, type State, sha256 } from './secret.ts'
import { storedText } from './text.ts'

const maxDisplayNameLength = 100
/** Sent once or not at all; repeated, nobody can say which one counts (E09). */
const singleParameters = ['state', 'code', 'error', 'iss']

export function createSignIn(deps: AuthDependencies): SignIn {
  return {
    async beginSignIn({ providerId, browser, device, codeTyped = false, switchAccount, requester }) {
      const provider = deps.identityProviders.find(({ id }) => id === providerId)
      if (!provider) return refusal('unknown_transaction', 'no such identity provider', null)
      if (!(await mayBegin(deps, requester))) return refusal('busy', 'too many sign-ins were begun', provider)
      const state = newSecret<State>(deps.random)
      const [nonce, codeVerifier] = [newSecret<State>(deps.random), newSecret<State>(deps.random)]
      const authorizationUrl = await provider.authorizationUrl({
        state,
        nonce,
        codeVerifier,
        redirectUri: callbackUrlAt(deps, provider),
        switchAccount,
      })
      if ('failure' in authorizationUrl) return refusal('unreachable', authorizationUrl.detail, provider)
      const createdAt = deps.now()
      const row: LoginTransaction = {
        id: newId(deps.random),
        stateHash: sha256(state),
        browserHash: sha256(browser),
        providerId,
        nonce,
        codeVerifier,
        deviceAuthorizationId: device?.deviceAuthorizationId ?? null,
        sealedUserCode: device && sealTicket(deps, device),
        codeTyped,
        taken: false,
        createdAt,
        expiresAt: secondsAfter(createdAt, deps.policy.loginTransactionLifetimeSeconds),
      }
      await deps.store.transaction((tx) => tx.insertLoginTransaction(row))
      return { authorizationUrl }
    },

    async finishSignIn({ providerId, parameters, browser, session, proofOf = () => null, requester }) {
      const transaction = await takeTransaction(deps, parameters, browser)
      if (!transaction) return refusal('unknown_transaction', 'no such sign-in in this browser', null)
      const provider = deps.identityProviders.find(({ id }) => id === transaction.providerId)
      if (!provider) return refusal('unknown_transaction', 'the identity provider is no longer configured', null)
      const answer = await answerOf(deps, provider, { providerId, parameters, transaction })
      if (!('failure' in answer)) {
        return signIn(deps, { identity: answer, transaction, provider, session, proofOf, requester })
      }
      await deps.store.transaction(async (tx) => {
        const { deviceAuthorizationId } = transaction
        const device = await lockDeviceOf(tx, transaction)
        const isWanted = await tx.finishLoginTransaction(transaction.id)
        if (isWanted && answer.failure === 'denied') await denyDevice(deps, tx, { device, session, requester })
        const details = { deviceAuthorizationId, detail: `${provider.id} ${answer.failure}` }
        await tx.appendAuditEvent(auditEvent(deps, 'sign_in.refused', 'refused', requester, details))
      })
      return refusal(answer.failure, answer.detail, provider)
    },
  }
}

/**
 * Where a provider sends browsers back to: a path for each, so that a code which arrives at one provider's path is never sent to another
 * (mix-up, RFC 9700 §4.4.2.1). The first provider's is the one that nodes with one provider have registered.
 */
export function callbackUrl(
  { publicUrl, providers }: { publicUrl: string; providers: readonly { readonly id: string }[] },
  { id }: { readonly id: string },
): string {
  const first = `${publicUrl}/api/v1/auth/callback`
  return providers[0]?.id === id ? first : `${first}/${id}`
}

const callbackUrlAt = ({ policy, identityProviders }: AuthDependencies, provider: IdentityProvider): string =>
  callbackUrl({ publicUrl: policy.publicUrl, providers: identityProviders }, provider)

/** What a callback is worth. Nothing is sent to a provider for one that arrived at another's path, or without a code. */
async function answerOf(
  deps: AuthDependencies,
  provider: IdentityProvider,
  arrival: { providerId: string | undefined; parameters: URLSearchParams; transaction: LoginTransaction },
): Promise<VerifiedIdentity | SignInFailure | { failure: 'malformed'; detail: string }> {
  const { parameters, transaction } = arrival
  const arrivedAt = arrival.providerId ?? deps.identityProviders[0]?.id
  if (arrivedAt !== provider.id) {
    return { failure: 'rejected', detail: `a sign-in at ${provider.id} came back by the path of another provider` }
  }
  if (!parameters.get('error') && !parameters.get('code')) {
    return { failure: 'malformed', detail: 'the callback has neither code nor error' }
  }
  const { nonce, codeVerifier } = transaction
  const state = parameters.get('state') ?? ''
  const redirectUri = callbackUrlAt(deps, provider)
  const answer = await provider.verifiedIdentity({ parameters, state, nonce, codeVerifier, redirectUri })
  if ('failure' in answer || subjectPattern.test(answer.subject)) return answer
  return { failure: 'rejected', detail: 'the subject is not 1 to 255 characters of printable ASCII' }
}

/** OpenID Connect Core §2: `sub` has at most 255 ASCII characters. It is kept, shown, and half of the account key. */
const subjectPattern = /^[!-~][ -~]{0,253}[!-~]$|^[!-~]$/

/** Anybody can begin a sign-in, and come back from it with a made-up code: how often is what they can make the node store and call (J10). */
async function mayBegin({ limiter }: AuthDependencies, { source }: Requester): Promise<boolean> {
  const bySource = await limiter.spend('sign_in_by_source', source)
  if (!bySource.within) return false
  const inAll = await limiter.spend('sign_in_in_all', 'all')
  if (!inAll.within) return false
  const had = { bySource: bySource.used - 1, inAll: inAll.used - 1 }
  if (mayHaveOneMore(had, { bySource: bySource.points, inAll: inAll.points })) return true
  await limiter.refund('sign_in_in_all', 'all')
  return false
}

const refusal = (
  refused: SignInRefusal['refused'],
  detail: string,
  provider: IdentityProvider | null,
): SignInRefusal => ({
  refused,
  detail,
  providerName: provider?.name ?? null,
})

/** The user code, readable only beside its device: what the confirm page shows to be compared. */
const sealTicket = ({ keys }: AuthDependencies, { deviceAuthorizationId, userCode }: DeviceClaimTicket) =>
  keys.seal('display', userCode, deviceAuthorizationId)

/** An ambiguous answer, one without our state, one in another browser or one too late finds no transaction (E01, E09, E11). */
async function takeTransaction(
  { store, now }: AuthDependencies,
  parameters: URLSearchParams,
  browser: CookieSecret | null,
): Promise<LoginTransaction | null> {
  const ambiguous =
    singleParameters.some((name) => parameters.getAll(name).length > 1) ||
    (parameters.has('code') && parameters.has('error'))
  const state = parameters.get('state')
  if (ambiguous || !state || !browser) return null
  const hashes = { stateHash: sha256(state as State), browserHash: sha256(browser) }
  const transaction = await store.transaction((tx) => tx.takeLoginTransaction(hashes))
  return transaction && now() < transaction.expiresAt ? transaction : null
}

const lockDeviceOf = async (tx: AuthTx, { deviceAuthorizationId: id }: LoginTransaction) =>
  id === null ? null : tx.lockDeviceAuthorization(id)

/** The person said no at the provider: the terminal learns it at its next poll (E08). Another person's claim stands. */
async function denyDevice(
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
const signIn = (
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
      return refusal('unknown_transaction', 'an operator ended it while the provider was asked', provider)
    }
    if (deviceAuthorizationId !== null && (device === null || !isClaimable(device, deps.now(), user.id))) {
      if (device) await recordExpiry(tx, device, deps.now())
      await refused('device_not_usable')
      return refusal('device_not_usable', 'the device was decided, has expired or is another person’s', provider)
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

/** What ties this browser's sign-in to the terminal: the claim is of the browser that reached the terminal's listener, or of who had the code. */
function approvalOf(
  { provenBrowserHash }: DeviceAuthorization,
  { codeTyped }: LoginTransaction,
  proof: CookieSecret | null,
): Approval {
  if (proof !== null && provenBrowserHash === sha256(proof)) return 'same_computer'
  return codeTyped ? 'typed' : 'prefilled'
}

/** By (issuer, subject), never by name (E13); a first sign-in in two browsers at once makes one person. */
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
 * A new secret at every sign-in (D14). The same person keeps the session row, so that what another tab of theirs was about to
 * confirm stays confirmable (D17); somebody else's session ends here.
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
