import { defineConfig } from 'vitest/config'

// Many tests start processes and keyrings, and wait more than they compute: on machines that may be busy with others.
export default defineConfig({ test: { maxWorkers: 4, testTimeout: 60_000, hookTimeout: 60_000 } })
