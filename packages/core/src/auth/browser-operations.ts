/** What a person does in a browser: enter a code, show that it is their own terminal's, sign in, decide. A part of `Auth`. */
import type { PendingDevice, Role } from '@osa/contract'
import type { Requester } from './ports.ts'
import type { Refusal } from './refusal.ts'
import type { BrowserSession, DeviceAuthorization, LinkedIdentity, User } from './rows.ts'
import type { CookieSecret } from './secret.ts'

/** user-code-entry.ts, user-code.ts — RFC 8628 §3.3, §5.1, §6.1 */
export interface UserCodeEntry {
  /**
   * Looks up a typed user code against the guess budgets. All codes that cannot be decided, for whatever reason, get the one
   * refusal `not_usable`; over budget even a right code gets `limited`.
   */
  enterUserCode(request: { userCode: string; requester: Requester; userId: string | null }): Promise<EnteredCode>
  /** As `enterUserCode`, for a caller that shows the outcome itself (`device.verify`). */
  describeUserCode(request: { userCode: string; requester: Requester }): Promise<PendingDevice | Refusal>
}

/** same-computer.ts — whether a browser is on the computer of the terminal that asks (RFC 8628 §5.4) */
export interface SameComputer {
  /**
   * Where to send a browser that says it comes from the terminal's listener: to that listener, with a state that only this browser can
   * use, for a minute. Null when the request has no listener, is decided, claimed, over, or proven already.
   */
  listenerOf(request: { deviceAuthorizationId: string; browser: CookieSecret }): Promise<URL | null>
  /**
   * Ties the request to a browser that has brought its own state and the terminal's nonce from there: once, and before anybody has claimed
   * the request. False when any of that does not hold.
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
  /** Begins a sign-in at a provider and says where to send the browser. */
  beginSignIn(request: {
    providerId: string
    browser: CookieSecret
    /** What `enterUserCode` or `switchAccount` handed out; null to sign in without a device (the sessions page). */
    device: DeviceClaimTicket | null
    /** Whether its code was typed by hand; a code that an address brought along is not. */
    codeTyped?: boolean | undefined
    switchAccount: boolean
    requester: Requester
  }): Promise<{ authorizationUrl: URL } | SignInRefusal>
  /**
   * Ends a sign-in: checks the answer, finds or creates the person, opens a new browser session under a new secret and claims
   * the device for them. Approves nothing. A `denied` sign-in marks the device denied.
   */
  finishSignIn(request: {
    /** Whose callback path the browser came to (RFC 9700 §4.4.2.1): the first provider's unless another is named. */
    providerId?: string | undefined
    parameters: URLSearchParams
    browser: CookieSecret | null
    /** The browser's earlier session, if any: kept under its id with a new secret when the person is the same, ended otherwise. */
    session: CookieSecret | null
    /** This browser's secret of a request's `SameComputer` proof, if it has one. */
    proofOf?: ((deviceAuthorizationId: string) => CookieSecret | null) | undefined
    requester: Requester
  }): Promise<SignedIn | SignInRefusal>
}

/** confirmation.ts — RFC 8628 §3.3, §5.4; ASVS 3.5 */
export interface Confirmation {
  /** A secret for a browser that has none yet: what its forms and sign-ins are bound to. */
  newBrowserSecret(): CookieSecret
  /** Token of a form, bound to a browser (or session) and a step, so that none fits another (D05). */
  formToken(binding: string, step: string): string
  verifyFormToken(binding: string, step: string, token: string): boolean

  /** The signed-in browser behind a session cookie. */
  browserSession(secret: CookieSecret | null): Promise<SignedInBrowser | null>
  signOut(secret: CookieSecret, requester: Requester): Promise<void>

  /** What the confirm page shows: only to the session that claimed the device. */
  reviewDevice(request: { browser: SignedInBrowser; deviceAuthorizationId: string }): Promise<DeviceReview | null>
  /**
   * Approve or deny, once and for all (one guarded transition). An approval that rests on nothing but a filled-in code is refused by policy:
   * `remote_refused`, or `code_needed` and `code_wrong` until `typedCode` is the code that the terminal shows.
   */
  decideDevice(request: {
    browser: SignedInBrowser
    deviceAuthorizationId: string
    decision: 'approve' | 'deny'
    /** What the person typed beside the decision. */
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
  /** Gives the claim back, so that the person can sign in as somebody else for the same device. */
  switchAccount(request: { browser: SignedInBrowser; deviceAuthorizationId: string }): Promise<DeviceClaimTicket | null>
}

/** Says which device a sign-in is for, and carries the code to compare. Made by the node, never by a browser. */
export interface DeviceClaimTicket {
  readonly deviceAuthorizationId: string
  readonly userCode: string
}

export type EnteredCode =
  | { outcome: 'found'; device: DeviceAuthorization; ticket: DeviceClaimTicket }
  | { outcome: 'not_usable' }
  | { outcome: 'limited'; retryAfterSeconds: number }

/** Why a sign-in did not happen; each has its page. */
export type SignInRefusal = {
  refused:
    | 'unknown_transaction' // no such state in this browser: stale, replayed or forged
    | 'denied' // the person said no at the provider; the device is denied
    | 'rejected' // the provider's answer does not hold
    | 'malformed' // the browser came back without the provider's answer
    | 'busy' // too many sign-ins were begun, from this address or in all
    | 'unreachable' // the provider is down, slow or talks nonsense; worth another try
    | 'device_not_usable' // signed in, but the device is decided, expired or claimed by another person
    | 'account_disabled'
  detail: string
  /** For a way on: the provider's name, where known. */
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

/** Everything a person needs to judge a request (RFC 8628 §5.4). Texts from outside are cleaned, still to be escaped. */
export interface DeviceReview {
  readonly device: DeviceAuthorization
  readonly clientName: string
  /** `XXXX-XXXX`, to compare with the terminal; null once decided. */
  readonly userCode: string | null
  readonly askedSecondsAgo: number
  readonly expired: boolean
  /** What stands between the person and Approve: nothing, the code typed by hand, or the policy. */
  readonly needs: 'nothing' | 'typed_code' | 'same_computer'
}
