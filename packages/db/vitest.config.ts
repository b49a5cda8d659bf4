import { defineConfig } from 'vitest/config'
import { shared } from '../../vitest.shared.ts'

/** One real PostgreSQL for the whole run; two workers, since each may hold an embedded database of half a gigabyte. */
export default defineConfig({
  test: { ...shared, globalSetup: './src/testing/shared-postgres.ts', maxWorkers: 2 },
})
