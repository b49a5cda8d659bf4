/** What all packages' tests have in common. `OSA_TEST_MARGINS=1` prints which of them are nearest to their limits. */
import { Margins } from './tooling/lint/src/margins.ts'

/** One limit for every test and hook. It ends what hangs; it does not judge speed, which is the bench's to measure. */
const limitMs = 20 * 60_000

export const shared = {
  include: ['src/**/*.test.ts'],
  testTimeout: limitMs,
  hookTimeout: limitMs,
  teardownTimeout: limitMs,
  reporters: process.env.OSA_TEST_MARGINS === '1' ? ['default', new Margins()] : ['default'],
}
