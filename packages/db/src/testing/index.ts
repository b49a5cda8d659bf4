/**
 * Disposable databases for tests, here and in other workspaces.
 *
 * open-test-database.ts  an empty, migrated database: PGlite in memory, or a database on real PostgreSQL
 * postgres-server.ts     a real PostgreSQL server that ends with its test run
 *   postgres-watchdog.ts   the child process that ends it
 *   shared-postgres.ts     one server for all tests of a run
 * free-port.ts           a free port for a process that must know its port before it starts
 */
export * from './open-test-database.ts'
export * from './postgres-server.ts'
