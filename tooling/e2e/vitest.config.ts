import { defineConfig } from 'vitest/config'
import { shared } from '../../vitest.shared.ts'

// Real processes, databases and browsers, which wait more than they compute.
export default defineConfig({ test: { ...shared, maxWorkers: 3 } })
