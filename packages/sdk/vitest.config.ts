import { defineConfig } from 'vitest/config'

// Many tests start processes and keyrings, on machines that may be busy with others.
export default defineConfig({ test: { testTimeout: 60_000, hookTimeout: 60_000 } })
