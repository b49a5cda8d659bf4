/**
 * Signing in at an identity provider (OpenID Connect Core §3.1, RFC 9700 §4.7). A login transaction ties state, nonce and verifier to the
 * browser that started the sign-in. It can be taken only once, so that a callback counts once. It is kept until the sign-in is written, so
 * that an operator who ends all sessions meanwhile ends the sign-in too. Signing in approves nothing.
 */
import type { DeviceClaimTicket, SignIn } from './browser-operations.ts'
import { type AuthDependencies, auditEvent, newId, secondsAfter } from './dependencies.ts'
import { mayHaveOneMore } from './fair-share.ts'
import type { IdentityProvider, Requester, SignInFailure, VerifiedIdentity } from './ports.ts'
import type { LoginTransaction } from './rows.ts'
import { type CookieSecret, newSecret, type State, sha256 } from './secret.ts'
import { denyDevice, lockDeviceOf, refusal, writeSignIn } from './write-sign-in.ts'

/** Parameters that may occur at most once, since a repeated one is ambiguous (E09). */
const singleParameters = ['state', 'code', 'error', 'iss']

export function createSignIn(deps: AuthDependencies): SignIn {
  return {
    async beginSignIn({ providerId, browser, device, codeTyped = false, switchAccount, requester }) {
      const provider = deps.identityProviders.find(({ id }) => id === providerId)
      if (!provider) return refusal('unknown_transaction', 'no such identity provider', null)
      if (!(await mayBegin(deps, requester))) return refusal('busy', 'too many sign-ins were started', provider)
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
        return writeSignIn(deps, { identity: answer, transaction, provider, session, proofOf, requester })
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
 * Returns the address to which a provider sends browsers back. Each provider has its own path, so that a code that arrives at one provider's
 * path is never sent to another provider (mix-up, RFC 9700 §4.4.2.1). The first provider has the path of nodes with a single provider.
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

/** Returns the result of a callback. The provider is not called when the callback came to another provider's path or has no code. */
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

/** OpenID Connect Core §2: `sub` has at most 255 ASCII characters. It is stored, shown, and one half of the account key. */
const subjectPattern = /^[!-~][ -~]{0,253}[!-~]$|^[!-~]$/

/**
 * Whether another sign-in may be started. Anyone can start one and come back with an invented code; the budgets limit the rows and the calls
 * to providers that this causes (J10).
 */
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

/** Seals the user code for the confirm page. It can be opened only together with the id of its device. */
const sealTicket = ({ keys }: AuthDependencies, { deviceAuthorizationId, userCode }: DeviceClaimTicket) =>
  keys.seal('display', userCode, deviceAuthorizationId)

/**
 * Takes the login transaction of a callback. Null if the callback is ambiguous, late or from another browser, or if its state is unknown
 * (E01, E09, E11).
 */
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
