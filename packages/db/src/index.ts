/**
 * The node's stores on MikroORM: embedded PGlite or PostgreSQL, with the same tables and stores on both. The package contains no rules of
 * signing in (those are in core) and reads no settings: the database's location is an argument.
 *
 * open-database.ts        opening, migrating and closing a database
 *   embedded.ts, embedded-template.ts, ensure-embedded.ts, data-directory-lock.ts
 *   postgres.ts, prepared-statements.ts, unusable-connections.ts
 * inspect-database.ts     describes a database without changing it: version, clock, migrations
 * entities.ts, entities/  the tables
 *   migrations/, migrations.ts, migration-names.ts, migrate.ts
 * decision-channel.ts     announces decisions to all processes: postgres-listener.ts, embedded-listener.ts
 * auth-store.ts           core's `AuthStore`
 *   auth-reads.ts, history-reads.ts, auth-tx.ts (device-, people-, token-rows.ts), sweep.ts
 *   in batches: hot-reads.ts, guarded.ts (guarded-writes.ts), insertions.ts, session-calls.ts; batched.ts, listed.ts
 *   connections.ts (units of work), query.ts (the typed query builder), joined.ts, locks.ts, raw-statements.ts
 * convention-store.ts     core's `ConventionStore`
 * rate-limits.ts          counters shared by all processes; batcher.ts batches their statements
 * database-errors.ts      the errors that leave the package
 */
export type { DatabaseTrace } from './connections.ts'
export { DataDirectoryInUse } from './data-directory-lock.ts'
export { DatabaseRefusal, DatabaseUnavailable, isDatabaseUnavailable, tlsTroubleOf } from './database-errors.ts'
export { type DatabaseState, inspectDatabase } from './inspect-database.ts'
export { type Database, type DatabaseLocation, openDatabase } from './open-database.ts'
export type { RateLimits } from './rate-limits.ts'
