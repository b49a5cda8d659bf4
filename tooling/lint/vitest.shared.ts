/** What all packages' tests have in common. `OSA_TEST_MARGINS=1` prints which of them are nearest to their limits. */
import { fileURLToPath } from 'node:url'
import { Margins } from './src/margins.ts'

/** One limit for every test and hook. It ends what hangs; it does not judge speed, which is the bench's to measure. */
const limitMs = 20 * 60_000

export const shared = {
  include: ['src/**/*.test.ts'],
  testTimeout: limitMs,
  hookTimeout: limitMs,
  teardownTimeout: limitMs,
  expect: { poll: { timeout: limitMs } },
  // most tests start processes, and wait more than they compute
  maxWorkers: 4,
  reporters: process.env.OSA_TEST_MARGINS === '1' ? ['default', new Margins()] : ['default'],
}

/** For tests whose costs are in what they import and start: the files of a worker share it, and embedded databases that are done with. */
export const sharing = { ...shared, isolate: false }

/** One PostgreSQL for the whole run. */
export const postgres = fileURLToPath(new URL('../../packages/db/src/testing/shared-postgres.ts', import.meta.url))
