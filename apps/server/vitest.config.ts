import { defineConfig } from 'vitest/config'

// Some tests start processes and databases, on machines that may be busy with others.
export default defineConfig({
  test: { include: ['src/**/*.test.ts'], maxWorkers: 3, testTimeout: 120_000, hookTimeout: 120_000 },
})
