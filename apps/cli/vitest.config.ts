import { defineConfig } from 'vitest/config'
import { shared } from '../../vitest.shared.ts'

// Most tests start processes, and wait more than they compute.
export default defineConfig({ test: { ...shared, maxWorkers: 4 } })
