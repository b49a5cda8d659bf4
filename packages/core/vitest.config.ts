/** Nothing here waits for anything, but property tests count in thousands, on machines that may be busy with others. */
import { defineConfig } from 'vitest/config'

export default defineConfig({ test: { testTimeout: 120_000 } })
