/** What all packages' tests have in common. */

/** One limit for every test and hook. It ends what hangs; it does not judge speed, which is the bench's to measure. */
const limitMs = 20 * 60_000

export const shared = {
  include: ['src/**/*.test.ts'],
  testTimeout: limitMs,
  hookTimeout: limitMs,
  teardownTimeout: limitMs,
}
