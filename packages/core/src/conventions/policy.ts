/**
 * How much may be registered. What a person sends in an hour and in a day is bounded by budgets (`deploy_by_account`,
 * `deploy_kib_by_account`, see auth/policy.ts); the rest by these.
 */

/** Conventions in all, for the public list names every one. Looked at before the writes: deploys at one moment may go a little beyond. */
export const maxConventions = 1_000
/** Descriptions in the list are cut after this many characters. */
export const listedDescriptionLength = 500
/** Versions that are named beside one; older ones stay readable by their number. */
export const listedVersions = 1_000
