/**
 * Stand-ins for what the rules need from outside. Each keeps the promises that the real thing is held to; none is for production.
 * The suite that both must pass imports vitest and is therefore an entry of its own: `@osa/core/testing/contract`.
 *
 * memory-store.ts         an `AuthStore`: transactions one after another, rolled back on a throw
 *   memory-tables.ts        its rows and copy-on-write drafts
 *   memory-tx.ts            `AuthTx` on a draft
 *   memory-guarded.ts      its guarded writes
 *   memory-sweep.ts         what its sweep removes
 * memory-convention-store.ts  a `ConventionStore` beside it
 * memory-limiter.ts       a `Limiter` with fixed windows
 * manual-clock.ts         time that moves when told to
 * seeded-random.ts        randomness that repeats itself
 * test-provider.ts        an identity provider that vouches for whom it is told
 * test-auth.ts            a whole `Auth` on all of these, and a person to walk its pages
 * auth-store-contract.ts  the suite any `AuthStore` must pass
 * convention-store-contract.ts  the suite any `ConventionStore` must pass (entry `@osa/core/testing/convention-contract`)
 *   sample-rows.ts          rows that fit the tables, to vary
 * flow-interleavings.test.ts  whole sign-ins in any order; contract/flow-model.ts says what must come of them
 */
export * from './manual-clock.ts'
export * from './memory-convention-store.ts'
export * from './memory-limiter.ts'
export * from './memory-store.ts'
export * from './sample-rows.ts'
export * from './seeded-random.ts'
export * from './test-auth.ts'
export * from './test-provider.ts'
