import { defineConfig } from 'vitest/config'

// Real processes, a database and a browser: one test file at a time, on machines with two cores.
export default defineConfig({
  test: { testTimeout: 120_000, hookTimeout: 120_000, fileParallelism: false },
})
