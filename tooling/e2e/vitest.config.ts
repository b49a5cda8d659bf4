import { defineConfig } from 'vitest/config'

// Real processes, databases and browsers, which wait more than they compute: a few test files at a time, on machines with two cores.
export default defineConfig({
  test: { testTimeout: 120_000, hookTimeout: 120_000, maxWorkers: 3 },
})
