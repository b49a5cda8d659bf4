/** The part of `Auth` for browsers: entering a code, proving that browser and terminal share a computer, signing in, deciding. */
import type { PendingDevice, Role } from '@osa/contract'
import type { Requester } from './ports.ts'
import type { Refusal } from './refusal.ts'
import type { BrowserSession, DeviceAuthorization, LinkedIdentity, User } from './rows.ts'
import type { CookieSecret } from './secret.ts'

/** user-code-entry.ts, user-code.ts — RFC 8628 §3.3, §5.1, §6.1 */
export interface UserCodeEntry {
  /**
   * Looks up a typed user code and spends from the guess budgets. Every code that cannot be approved or denied, for whatever reason, gets
   * the same answer `not_usable`. Over budget, even a valid code gets `limited`.
   */
  enterUserCode(request: { userCode: string; requester: Requester; userId: string | null }): Promise<EnteredCode>
  /** Like `enterUserCode`, but returns a document for `device.verify`. */
  describeUserCode(request: { userCode: string; requester: Requester }): Promise<PendingDevice | Refusal>
}

/** same-computer.ts — whether a browser is on the computer of the requesting terminal (RFC 8628 §5.4) */
export interface SameComputer {
  /**
   * Returns the address of the terminal's listener, to which the browser is redirected, with a state that only this browser can use for a
   * minute. Null when the request has no listener, or is decided, claimed, expired or already proven.
   */
  listenerOf(request: { deviceAuthorizationId: string; browser: CookieSecret }): Promise<URL | null>
  /**
   * Ties the request to a browser that returns from the listener with its own state and the terminal's nonce. This happens once, and only
   * before the request is claimed. Returns false when any of these conditions is not met.
   */
  proveSameComputer(request: {
    deviceAuthorizationId: string
    browser: CookieSecret | null
    state: string
    nonce: string
    requester: Requester
  }): Promise<boolean>
}

/** sign-in.ts — OpenID Connect Core §3.1, RFC 9700 §4.7 */
export interface SignIn {
  /** Starts a sign-in at a provider and returns the address to send the browser to. */
  beginSignIn(request: {
    providerId: string
    browser: CookieSecret
    /** The ticket from `enterUserCode` or `switchAccount`; null to sign in without a device (the sessions page). */
    device: DeviceClaimTicket | null
    /** Whether the person typed the code by hand, as opposed to opening a link that contains it. */
    codeTyped?: boolean | undefined
    switchAccount: boolean
    requester: Requester
  }): Promise<{ authorizationUrl: URL } | SignInRefusal>
  /**
   * Finishes a sign-in: checks the provider's answer, finds or creates the person, opens a browser session under a new secret and claims
   * the device for them. Approves nothing. A `denied` sign-in marks the device denied.
   */
  finishSignIn(request: {
    /** The provider to whose callback path the browser came (RFC 9700 §4.4.2.1); by default the first provider. */
    providerId?: string | undefined
    parameters: URLSearchParams
    browser: CookieSecret | null
    /** The browser's previous session, if any. It keeps its id and gets a new secret if the person is the same, and is ended otherwise. */
    session: CookieSecret | null
    /** Returns the secret with which this browser made the `SameComputer` proof for a request; null without one. */
    proofOf?: ((deviceAuthorizationId: string) => CookieSecret | null) | undefined
    requester: Requester
  }): Promise<SignedIn | SignInRefusal>
}

/** confirmation.ts — RFC 8628 §3.3, §5.4; ASVS 3.5 */
export interface Confirmation {
  /** Makes a secret for a browser that has none yet. Its forms and sign-ins are bound to it. */
  newBrowserSecret(): CookieSecret
  /** Makes the token of a form. It is bound to a browser (or session) and a step, and valid for no other (D05). */
  formToken(binding: string, step: string): string
  verifyFormToken(binding: string, step: string, token: string): boolean

  /** Returns the signed-in browser of a session cookie; null without one. */
  browserSession(secret: CookieSecret | null): Promise<SignedInBrowser | null>
  signOut(secret: CookieSecret, requester: Requester): Promise<void>

  /** Returns the content of the confirm page; null unless this session has claimed the device. */
  reviewDevice(request: { browser: SignedInBrowser; deviceAuthorizationId: string }): Promise<DeviceReview | null>
  /**
   * Approves or denies a request; the decision is final (one guarded transition). Depending on the policy, an approval that is based only
   * on a link with the code is refused: with `remote_refused`, or with `code_needed` or `code_wrong` until `typedCode` is the code that the
   * terminal shows.
   */
  decideDevice(request: {
    browser: SignedInBrowser
    deviceAuthorizationId: string
    decision: 'approve' | 'deny'
    /** The code that the person typed on the confirm page. */
    typedCode?: string | undefined
    requester: Requester
  }): Promise<
    | 'approved'
    | 'denied'
    | 'already_approved'
    | 'already_denied'
    | 'expired'
    | 'switched_off'
    | 'not_yours'
    | ApprovalRefusal
  >
  /** Releases the claim, so that the person can sign in with another account for the same device. */
  switchAccount(request: { browser: SignedInBrowser; deviceAuthorizationId: string }): Promise<DeviceClaimTicket | null>
}

/** Names the device that a sign-in is for, and carries the code to compare. The node makes it, never a browser. */
export interface DeviceClaimTicket {
  readonly deviceAuthorizationId: string
  readonly userCode: string
}

export type EnteredCode =
  | { outcome: 'found'; device: DeviceAuthorization; ticket: DeviceClaimTicket }
  | { outcome: 'not_usable' }
  | { outcome: 'limited'; retryAfterSeconds: number }

/** Why a sign-in failed. Each reason has its own page. */
export type SignInRefusal = {
  refused:
    | 'unknown_transaction' // this browser has no such state: it is stale, replayed or forged
    | 'denied' // the person refused at the provider; the device is denied
    | 'rejected' // the provider's answer is not valid
    | 'malformed' // the browser came back without an answer of the provider
    | 'busy' // too many sign-ins were started, from this address or in total
    | 'unreachable' // the provider is down or slow, or its answer makes no sense; the person may try again
    | 'device_not_usable' // the person is signed in, but the device is decided, expired or claimed by another person
    | 'account_disabled'
  detail: string
  /** The provider's name for the page, if known. */
  providerName: string | null
}

export interface SignedIn {
  readonly browser: SignedInBrowser
  /** The new cookie value. */
  readonly secret: CookieSecret
  /** The device to confirm next; null when the sign-in was for the sessions page. */
  readonly deviceAuthorizationId: string | null
}

export interface SignedInBrowser {
  readonly session: BrowserSession
  readonly user: User
  readonly identity: LinkedIdentity
  readonly role: Role
}

/** Why an approval is refused by policy. */
export type ApprovalRefusal = 'code_needed' | 'code_wrong' | 'remote_refused'

/** Everything that a person needs to judge a request (RFC 8628 §5.4). Untrusted text is cleaned, but not yet escaped. */
export interface DeviceReview {
  readonly device: DeviceAuthorization
  readonly clientName: string
  /** `XXXX-XXXX`, to compare with the terminal; null once decided. */
  readonly userCode: string | null
  readonly askedSecondsAgo: number
  readonly expired: boolean
  /** What an approval still needs: nothing, the code typed by hand, or a browser on the terminal's computer. */
  readonly needs: 'nothing' | 'typed_code' | 'same_computer'
}
