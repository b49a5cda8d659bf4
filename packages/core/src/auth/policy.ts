/** The limits and lifetimes of a node. Each one is a setting or a documented constant. */
import type { Budgets } from './ports.ts'

export interface AuthPolicy {
  /** The public origin: issuer, audience, and base of every address. Never derived from a request. */
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
  /** The most pending device authorizations: of a source when it is the only one, and of all sources (J02). */
  readonly maxPendingBySource: number
  readonly maxPendingInAll: number
  /** The most terminals that may watch for a decision at once in one process: of one source, and of all sources (J02). */
  readonly maxWatchesBySource: number
  readonly maxWatchesInAll: number
  /** What an approval needs when a terminal at this address has no same-computer proof. */
  readonly remoteApproval: (terminalIp: string) => RemoteApproval
}

/** `allow`: nothing more. `typed`: the person types the code by hand; a link that contains it is not enough. `never`: it is refused. */
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
 * Default budgets. Guesses: ten failures for each source and each account in ten minutes. In the common budget a failure costs as many
 * points as there are pending codes, so that failures × pending codes / 20^8 stays below 2^-16 in ten minutes (RFC 8628 §5.1). Each
 * started sign-in is a row for ten minutes and, when its browser returns with any code, one call to an identity provider; its budgets
 * limit both (J10). Introspection has separate budgets, which allow a resource server to ask at each of its requests (RFC 7662 §4).
 */
export const defaultBudgets: Budgets = {
  guess_by_source: { points: 10, windowSeconds: 600 },
  guess_by_account: { points: 10, windowSeconds: 600 },
  guess_in_all: { points: Math.floor(20 ** 8 / 2 ** 16), windowSeconds: 600 },
  // the first only counts refused guesses: each power of ten is recorded in the audit. The second limits these records in total
  limited_guess_by_source: { points: 1_000_000_000, windowSeconds: 600 },
  limited_guess_told: { points: 300, windowSeconds: 600 },
  start_by_source: { points: 60, windowSeconds: 60 },
  // more than the codes that can be pending (fair-share.ts): it only limits sources whose codes are decided as fast as they are started
  start_in_all: { points: 3_000, windowSeconds: 60 },
  sign_in_by_source: { points: 120, windowSeconds: 60 },
  sign_in_in_all: { points: 1_200, windowSeconds: 60 },
  introspect_by_source: { points: 3_000, windowSeconds: 60 },
  introspect_by_client: { points: 6_000, windowSeconds: 60 },
  // conventions sent, and KiB of new ones, so that one publisher cannot fill the disk
  deploy_by_account: { points: 300, windowSeconds: 3_600 },
  deploy_kib_by_account: { points: 65_536, windowSeconds: 86_400 },
}

/**
 * How long after a redemption a poll from the same source may still reach the node and count as a repeat that was already under way. A poll
 * that comes later, or from another source, is by another holder of the code (B09).
 */
export const deviceCodeOverlapSeconds = 2
/** The budget of polls for unknown codes (unknown-codes.ts): enough for fifty terminals that ignore the refusal and keep polling. */
export const unknownCodesBySource = { codes: 600, windowSeconds: 60 }
/**
 * The minimum price of a wrong code in the common budget, when fewer codes are pending. Each wrong code leaves a row in the audit; the
 * price limits these to 3,004 in ten minutes.
 */
export const minGuessPrice = 130
/** How long ago an administrator's browser may have signed in for an administrative operation (ASVS 7.5.3). */
export const adminSignInMaxAgeSeconds = 600
/** How long a user code is not issued again after it ended, since an old copy may still be in someone's mail (C15). */
export const userCodeRestSeconds = 86_400
/**
 * The tolerance between clocks: of a node's processes, and of an identity provider. It applies to times that another clock wrote (tokens,
 * the last use); a larger step back means that the clock was set. Device and user codes have no tolerance (L08).
 */
export const clockToleranceSeconds = 60
/** How often the successor of a refresh token is returned again at most (G04). */
export const maxRefreshReplays = 10
/**
 * How many rotations in a row may involve two sources. A thief who follows a session with a copied token must present it at every rotation,
 * since a client that misses one holds only retired tokens. An honest terminal involves a second source only when an answer is lost while it
 * changes networks.
 */
export const maxSharedRotations = 2
/** A session may rotate once in this many seconds in the long run, and this many times in a burst: each leaves a row in the audit (J02). */
export const rotationPaceSeconds = 15
export const rotationBurst = 600
