/** Vitest settings for all packages. `OSA_TEST_MARGINS=1` prints the tests that are nearest to their time limits. */
import { fileURLToPath } from 'node:url'
import { Margins } from './src/margins.ts'

/** One time limit for every test and hook. It ends tests that hang; the bench measures speed. */
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

/** For packages whose tests spend most time on imports and start-up: all files of a worker share modules and idle embedded databases. */
export const sharing = { ...shared, isolate: false }

/** One PostgreSQL for the whole run. */
export const postgres = fileURLToPath(new URL('../../packages/db/src/testing/shared-postgres.ts', import.meta.url))
