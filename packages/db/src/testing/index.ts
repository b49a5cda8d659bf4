/**
 * Disposable databases for tests, here and in other workspaces.
 *
 * open-test-database.ts  an empty, migrated database: PGlite in memory, or a fresh one on real PostgreSQL
 * postgres-server.ts     a real PostgreSQL server that dies with its test run
 *   postgres-watchdog.ts   the child process that sees to it
 *   shared-postgres.ts     one server for all tests of a run
 * free-port.ts           a port for a process that must know its own before it starts
 */
export * from './open-test-database.ts'
export * from './postgres-server.ts'
