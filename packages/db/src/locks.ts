/** The advisory locks of a node's database: numbers that all its processes agree on. */

/** Held while migrations run, so that processes starting together migrate once. */
export const migrationLock = 6_791_701
/** Held while signing keys are made, so that there is one new key and not one a process. */
export const signingKeyLock = 6_791_702
/** Held by the one process that sweeps. */
export const sweepLock = 6_791_703
