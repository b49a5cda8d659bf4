/**
 * The node's memory on MikroORM: embedded PGlite or PostgreSQL, the same tables and stores on both. It owns no rule of signing in
 * (that is core's), and no setting: where the database is comes in as an argument.
 *
 * open-database.ts        opening, migrating, closing
 *   embedded.ts, embedded-template.ts, data-directory-lock.ts, postgres.ts, prepared-statements.ts
 * inspect-database.ts     a look that changes nothing: version, clock, migrations
 * entities.ts, entities/  the tables; migration-names.ts, migrations.ts, migrations/ and migrate.ts how they come to be
 * decision-channel.ts     how processes learn of decisions: postgres-listener.ts, embedded-listener.ts
 * auth-store.ts           core's `AuthStore`
 *   auth-reads.ts, history-reads.ts, auth-tx.ts (device-, people-, token-rows.ts), sweep.ts
 *   in batches: hot-reads.ts, guarded.ts (guarded-devices.ts, guarded-families.ts), insertions.ts; batched.ts, listed.ts
 *   connections.ts (units of work), query.ts (the typed query builder), joined.ts, locks.ts, raw-statements.ts
 * convention-store.ts     core's `ConventionStore`
 * rate-limits.ts          counters that all processes share; batcher.ts for statements that arrive together
 * database-errors.ts      what a database can do to a caller
 */
export type { DatabaseTrace } from './connections.ts'
export { DataDirectoryInUse } from './data-directory-lock.ts'
export { DatabaseRefusal, DatabaseUnavailable, isDatabaseUnavailable, tlsTroubleOf } from './database-errors.ts'
export { type DatabaseState, inspectDatabase } from './inspect-database.ts'
export { type Database, type DatabaseLocation, openDatabase } from './open-database.ts'
export type { RateLimits } from './rate-limits.ts'
