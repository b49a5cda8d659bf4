import { defineConfig } from 'vitest/config'

// Most tests start processes, on machines that may be busy with others.
export default defineConfig({ test: { testTimeout: 60_000 } })
