/**
 * Limits on conventions. Budgets limit what a person may send in an hour and in a day (`deploy_by_account`, `deploy_kib_by_account`, see
 * auth/policy.ts).
 */

/** The most conventions, since the public list contains all of them. Checked before the writes, so concurrent deploys may exceed it a little. */
export const maxConventions = 1_000
/** Descriptions in the list are cut after this many characters. */
export const listedDescriptionLength = 500
/** How many versions are summarised with a convention. Older ones can still be read by their number. */
export const listedVersions = 1_000
