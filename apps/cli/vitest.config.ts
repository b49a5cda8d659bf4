import { defineConfig } from 'vitest/config'

// Most tests start processes, and wait more than they compute: on machines that may be busy with others.
export default defineConfig({ test: { maxWorkers: 4, testTimeout: 60_000, hookTimeout: 60_000 } })
