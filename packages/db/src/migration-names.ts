/**
 * The names of all migrations, in the order they run. Separate from the migrations, so that a node on a migrated database does not load
 * them. A released name never changes, because databases store it.
 */
export const migrationNames = [
  '2026-11-23-sign-in',
  '2026-11-23-switches',
  '2026-11-24-conventions',
  '2026-11-24-ends',
  '2026-11-28-sources',
  '2026-11-28-taken-sign-ins',
  '2026-11-28-turns-of-sessions',
  '2026-11-28-generations',
  '2026-11-28-same-computer',
  '2026-11-28-attempts',
  '2026-11-28-sessions-seen',
  '2026-11-28-calls',
]
