/**
 * Fakes of the dependencies of the rules, for tests only. Fakes and real implementations pass the same suites, which are separate entries
 * because they import vitest.
 *
 * memory-store.ts         an `AuthStore`: transactions run one at a time and are rolled back on a throw
 *   memory-tables.ts        its rows and copy-on-write drafts
 *   memory-tx.ts            `AuthTx` on a draft
 *   memory-guarded.ts       its guarded writes
 *   memory-history.ts       its look-ups of operators
 *   memory-sweep.ts         its sweep
 * memory-convention-store.ts  a `ConventionStore` over it
 * memory-limiter.ts       a `Limiter` with fixed windows
 * manual-clock.ts         a clock that tests advance
 * seeded-random.ts        repeatable randomness
 * test-provider.ts        an identity provider that verifies any subject
 * test-auth.ts            an `Auth` over all of these, with helpers that sign in
 * auth-store-contract.ts  the suite for every `AuthStore` (entry `@osa/core/testing/contract`)
 * convention-store-contract.ts  the suite for every `ConventionStore` (entry `@osa/core/testing/convention-contract`)
 *   sample-rows.ts          valid rows to vary
 *   contract/flow-model.ts  predicts the outcomes of whole sign-ins in random order
 */
export { addDevice, addFamily, addPerson } from './contract/add-rows.ts'
export * from './manual-clock.ts'
export * from './memory-convention-store.ts'
export * from './memory-limiter.ts'
export * from './memory-store.ts'
export * from './sample-rows.ts'
export * from './seeded-random.ts'
export * from './test-auth.ts'
export * from './test-provider.ts'
