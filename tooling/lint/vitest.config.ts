import { defineConfig } from 'vitest/config'

// some of these start npm several times, on a machine that may be busy
export default defineConfig({ test: { include: ['src/**/*.test.ts'], testTimeout: 60_000 } })
