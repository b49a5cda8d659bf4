import { defineConfig } from 'vitest/config'
import { shared } from '../../tooling/lint/vitest.shared.ts'

export default defineConfig({ test: { ...shared, include: [...shared.include, 'examples/*.test.ts'] } })
