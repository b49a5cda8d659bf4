/** The numbers a node runs by; every one a setting or a documented constant. */
import type { Budgets } from './ports.ts'

export interface AuthPolicy {
  /** Public origin: issuer, audience, and base of every address. Never taken from a request. */
  readonly publicUrl: string
  readonly deviceCodeLifetimeSeconds: number
  readonly devicePollIntervalSeconds: number
  readonly accessTokenLifetimeSeconds: number
  readonly refreshIdleSeconds: number
  readonly refreshAbsoluteSeconds: number
  readonly refreshReuseGraceSeconds: number
  readonly loginTransactionLifetimeSeconds: number
  readonly browserSessionLifetimeSeconds: number
  readonly signingAlgorithm: 'ES256' | 'EdDSA' | 'RS256'
  /** Undecided device authorizations, of one source while there is no other and of all (J02). */
  readonly maxPendingBySource: number
  readonly maxPendingInAll: number
  /** Terminals that may be waiting to be told of a decision at once in one process, of one source and of all (J02). */
  readonly maxWatchesBySource: number
  readonly maxWatchesInAll: number
  /** What a request from a terminal at this address needs to be approved without proof that the browser is on the same computer. */
  readonly remoteApproval: (terminalIp: string) => RemoteApproval
}

/** Nothing more; the code typed by hand, which a link that has it in it does not do; or it is not approved at all. */
export type RemoteApproval = 'allow' | 'typed' | 'never'

export const defaultPolicy = {
  deviceCodeLifetimeSeconds: 600,
  devicePollIntervalSeconds: 5,
  accessTokenLifetimeSeconds: 900,
  refreshIdleSeconds: 30 * 86_400,
  refreshAbsoluteSeconds: 90 * 86_400,
  refreshReuseGraceSeconds: 30,
  loginTransactionLifetimeSeconds: 600,
  browserSessionLifetimeSeconds: 900,
  signingAlgorithm: 'ES256',
  maxPendingBySource: 200,
  maxPendingInAll: 2_000,
  maxWatchesBySource: 50,
  maxWatchesInAll: 500,
  remoteApproval: (): RemoteApproval => 'typed',
} as const satisfies Omit<AuthPolicy, 'publicUrl'>

/**
 * Default budgets. Guesses: ten failures a source and an account in ten minutes; in all, a failure costs as many points
 * as there are pending codes, so that failures × pending codes / 20^8 stays below 2^-16 in ten minutes (RFC 8628 §5.1).
 * A sign-in that is begun is a row for ten minutes and, when its browser comes back with whatever code, one call to an identity
 * provider: its budgets bound both (J10). Introspection has budgets of its own, wide enough for a resource server that asks at each of its requests (RFC 7662 §4).
 */
export const defaultBudgets: Budgets = {
  guess_by_source: { points: 10, windowSeconds: 600 },
  guess_by_account: { points: 10, windowSeconds: 600 },
  guess_in_all: { points: Math.floor(20 ** 8 / 2 ** 16), windowSeconds: 600 },
  // not a limit but a count: what is over budget is told once a magnitude, and no more than so often in all
  limited_guess_by_source: { points: 1_000_000_000, windowSeconds: 600 },
  limited_guess_told: { points: 300, windowSeconds: 600 },
  start_by_source: { points: 60, windowSeconds: 60 },
  // more than can be pending, whose places are shared out (fair-share.ts): only ends what is ended as fast as it is begun
  start_in_all: { points: 3_000, windowSeconds: 60 },
  sign_in_by_source: { points: 120, windowSeconds: 60 },
  sign_in_in_all: { points: 1_200, windowSeconds: 60 },
  introspect_by_source: { points: 3_000, windowSeconds: 60 },
  introspect_by_client: { points: 6_000, windowSeconds: 60 },
  // conventions sent, and KiB of new ones: one publisher cannot fill the disk
  deploy_by_account: { points: 300, windowSeconds: 3_600 },
  deploy_kib_by_account: { points: 65_536, windowSeconds: 86_400 },
}

/**
 * A poll that reaches the node this long after a redemption, from the same source, may have been under way when that was committed; one
 * that comes later, or from elsewhere, is another holder of the code (B09).
 */
export const deviceCodeOverlapSeconds = 2
/** Polls for codes that are not there (unknown-codes.ts): fifty terminals that would not stop at the refusal fit in. */
export const unknownCodesBySource = { codes: 600, windowSeconds: 60 }
/** What a wrong code costs of the common budget even if fewer codes are pending: each leaves a row in the audit, 3,004 in ten minutes then. */
export const minGuessPrice = 130
/** For what only administrators may do: how long ago their browser signed in at most (ASVS 7.5.3). */
export const adminSignInMaxAgeSeconds = 600
/** A user code is not given out again for this long after it ended: a stale copy may still be in somebody's mail (C15). */
export const userCodeRestSeconds = 86_400
/**
 * The one tolerance between clocks: of a node's processes, and of an identity provider. For times that others wrote down (tokens, the last
 * use); a larger step back is a clock that was set. Codes have none (L08).
 */
export const clockToleranceSeconds = 60
/** How often a successor is handed out again at most (G04). */
export const maxRefreshReplays = 10
/**
 * Rotations in a row that two sources may take part in. Whoever follows a session with a copy of its token must present that token at each
 * rotation, since one that is missed leaves only retired ones; a terminal that changes networks does so when an answer is lost.
 */
export const maxSharedRotations = 2
/** A session rotates once in so many seconds in the long run, and so many times at once: each leaves a row in the audit (J02). */
export const rotationPaceSeconds = 15
export const rotationBurst = 600
