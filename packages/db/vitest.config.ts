/** One real PostgreSQL for the whole run; two workers, since each may hold an embedded database of half a gigabyte. */
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    globalSetup: './src/testing/shared-postgres.ts',
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
})
